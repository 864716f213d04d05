# 回音 Huiyin 的容器镜像 / the container image. docs/installing.md 说怎么用 / says how to use it
#
#   docker build -t huiyin .
#   别处的基础镜像、软件源 / another base image, another package index:
#   docker build -t huiyin --build-arg PYTHON=… --build-arg PIP_INDEX_URL=… .
#
# 停止 / stopping: SIGTERM 之后做完手上的活，给它 60 秒 / finishes the unit of work in hand, give it 60 seconds
#   docker stop --time 60 …   (compose.yaml: stop_grace_period)
# 根文件系统可以只读 / the root may be read-only: --read-only --tmpfs /tmp

ARG PYTHON=python:3.13.16-slim-trixie@sha256:bf44cdfcb76cd3b41e879bc058fc37ec5872002ccfde7fcb765e218cde0cd79c

FROM ${PYTHON} AS build
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PYTHONUTF8=1
WORKDIR /build
COPY requirements/ requirements/
RUN python -m venv tools \
    && tools/bin/python -m pip install --no-deps --require-hashes -r requirements/bundle.txt \
    && tools/bin/python -m pip install --no-deps --require-hashes -r requirements/build.txt
# jieba 只有源码，和自己的程序一样用锁定的工具来建 / jieba is source-only: built, like our own, with the locked tools
RUN tools/bin/python -m pip wheel --no-deps --require-hashes --no-build-isolation --wheel-dir wheels -r requirements/all.txt
COPY classifiers/ classifiers/
COPY config/ config/
COPY demo/ demo/
COPY fonts/ fonts/
COPY monitor/ monitor/
COPY LICENSE README.md pyproject.toml ./
RUN tools/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir wheels . \
    && python -m venv --without-pip /opt/huiyin \
    && tools/bin/python -m pip --python /opt/huiyin/bin/python install --no-deps --no-index wheels/*.whl

FROM ${PYTHON}
RUN groupadd --system --gid 10001 huiyin \
    && useradd --system --uid 10001 --gid huiyin --home-dir /var/lib/huiyin --no-create-home --shell /usr/sbin/nologin huiyin \
    && install --directory --owner=huiyin --group=huiyin --mode=0700 /var/lib/huiyin \
    && install --directory --mode=0755 /etc/huiyin
# 连中文字体一起 / with the Chinese font: monitor/fonts/HuiyinSans-Regular.otf
COPY --from=build /opt/huiyin /opt/huiyin
ENV PATH=/opt/huiyin/bin:/usr/local/bin:/usr/bin:/bin HUIYIN_CONFIG=/etc/huiyin/huiyin.toml PYTHONUTF8=1
USER 10001:10001
WORKDIR /var/lib/huiyin
VOLUME /var/lib/huiyin
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m --timeout=30s --start-period=1m --retries=3 CMD ["huiyin", "health"]
ENTRYPOINT ["huiyin"]
CMD ["run"]
