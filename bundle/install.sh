#!/bin/sh
# 安装、升级、卸载回音；不需要联网 / installs, upgrades and removes Huiyin without internet
set -eu
umask 022
unset PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE PYTHONSTARTUP CDPATH
export PYTHONUTF8=1
here=$(cd "$(dirname "$0")" && pwd)

say() { printf '%s\n%s\n' "$1" "$2"; }
die() { say "错误：$1" "Error: $2" >&2; exit 1; }

usage() {
    cat <<'END'
用法：  sh install.sh                    装给整台机器（要 root）：/opt/huiyin、/etc/huiyin、/var/lib/huiyin、系统服务
        sh install.sh --prefix 文件夹    装进一个文件夹（不要 root）
        sh install.sh --uninstall        卸载，数据和配置留下；可以同时写 --prefix
        --python 路径                    用哪个 Python（3.11 或更新）
再装一次就是升级：数据和配置不动；装不成，旧的照常能用。

Usage:  sh install.sh                    for the whole machine (as root): /opt/huiyin, /etc/huiyin, /var/lib/huiyin, service
        sh install.sh --prefix DIR       into one folder (no root needed)
        sh install.sh --uninstall        removes it, data and configuration stay; goes with --prefix
        --python PATH                    which Python to use (3.11 or newer)
To install again is to upgrade: data and configuration stay; when it fails, the old version goes on working.
END
}

read_arguments() {
    prefix='' python='' verb=install
    while [ $# -gt 0 ]; do
        case $1 in
            --prefix | --python)
                [ -n "${2-}" ] || die "$1 后面要写路径。" "$1 needs a path."
                case $1 in --prefix) prefix=$2 ;; --python) python=$2 ;; esac
                shift
                ;;
            --uninstall) verb=uninstall ;;
            -h | --help) usage; exit 0 ;;
            *) usage >&2; die "不认识的选项 $1" "unknown option $1" ;;
        esac
        shift
    done
}

# 哪里放什么 / what goes where. user 为空：装在一个文件夹里 / empty: all in one folder
choose_places() {
    if [ -n "$prefix" ]; then
        case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
        prefix=${prefix%/}
        [ -n "$prefix" ] || die "--prefix 不能是 /" "--prefix can't be /"
        base=$prefix config=$prefix data=$prefix/data user='' command=$prefix/bin/huiyin
    else
        [ "$(id -u)" = 0 ] || die \
            "装给整台机器要 root；没有 root 就装进自己的文件夹：--prefix $HOME/huiyin" \
            "the whole machine needs root; without it, install into a folder of your own: --prefix $HOME/huiyin"
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin # a Python below /root is no good to the service
        base=/opt/huiyin config=/etc/huiyin data=/var/lib/huiyin user=huiyin command=/usr/local/bin/huiyin
    fi
    unit=/etc/systemd/system/huiyin.service
    [ ! -e "$command" ] || [ -L "$command" ] || die \
        "$command 已经存在，不是本程序装的；请先移走。" "$command exists and is not ours; move it away first."
}

check_tools() {
    for tool in sha256sum df sed grep readlink; do
        command -v "$tool" >/dev/null || die "缺少命令 $tool。" "the command $tool is missing."
    done
    [ -n "$prefix" ] || for tool in runuser useradd groupadd getent; do
        command -v "$tool" >/dev/null || die "缺少命令 $tool。" "the command $tool is missing."
    done
}

check_files() {
    [ -f "$here/SHA256SUMS" ] || die "找不到 SHA256SUMS，请用完整的安装包。" "SHA256SUMS is missing; use the whole bundle."
    (cd "$here" && sha256sum -c SHA256SUMS >/dev/null) || die \
        "安装包里的文件不完整或被改动过，请重新拷贝。" "files of the bundle are incomplete or were changed; copy it again."
    # shellcheck source=/dev/null
    . "$here/facts"
}

check_machine() {
    [ "$(uname -s)" = Linux ] || die "只能装在 Linux 上。" "Linux only."
    [ "$(uname -m)" = "$ARCH" ] || die \
        "这台机器是 $(uname -m)，安装包是给 $ARCH 的。" "this machine is $(uname -m), the bundle is for $ARCH."
    place=$base
    while [ ! -d "$place" ]; do place=$(dirname "$place"); done
    [ -w "$place" ] || die "没有权限写 $place" "no permission to write into $place"
    free=$(df -Pk "$place" | sed -n 's|.* \([0-9][0-9]*\)  *[0-9-][0-9]*%*  */.*|\1|p')
    [ "${free:-$NEED_KB}" -ge "$NEED_KB" ] || die \
        "$place 空间不够：要 $((NEED_KB / 1024)) MB，只有 $((free / 1024)) MB。" \
        "$place is too full: $((NEED_KB / 1024)) MB are needed, $((free / 1024)) MB are free."
}

# 回答一个词：good，或缺什么 / answers in one word: good, or what is wanting
examine() {
    "$1" - "$PYTHONS" "$GLIBC" 2>/dev/null <<'END' || echo "broken"
import platform, struct, sys

pythons, glibc = sys.argv[1].split(), sys.argv[2]
own = "%d.%d" % sys.version_info[:2]


def missing():
    for name in ("venv", "sqlite3", "ssl", "zlib", "ctypes", "zoneinfo", "runpy"):
        try:
            __import__(name)
        except ImportError:
            yield name


def answer():
    if sys.version_info < (3, 11):
        return "old " + own
    if own not in pythons or getattr(sys, "abiflags", "") or sys.implementation.name != "cpython":
        return "other " + own + getattr(sys, "abiflags", "")
    if struct.calcsize("P") != 8:
        return "narrow"
    name, version = platform.libc_ver()
    if name != "glibc" or [*map(int, version.split("."))] < [*map(int, glibc.split("."))]:
        return "glibc " + (version or "?")
    return next(("module " + name for name in missing()), "good")


print(answer())
END
}

find_python() {
    found='' trouble=none
    if [ -n "$python" ]; then set -- "$python"; else set -- python3 python3.14 python3.13 python3.12 python3.11; fi
    for name; do
        path=$(command -v "$name") || continue
        answer=$(examine "$path")
        if [ "$answer" = good ]; then found=$path; break; fi
        case $trouble in none | old*) trouble=$answer ;; esac
    done
    [ -z "$found" ] || return 0
    case $trouble in
        none) die \
            "缺少 Python 3.11 或更新的版本（Debian、Ubuntu：python3 和 python3-venv；openEuler：python3）。" \
            "Python 3.11 or newer is missing (Debian, Ubuntu: python3 and python3-venv; openEuler: python3)." ;;
        old*) die \
            "Python 太旧（${trouble#old }），要 3.11 或更新；装好后可用 --python 路径 指定。" \
            "Python is too old (${trouble#old }), 3.11 or newer is needed; once it is there, --python PATH chooses it." ;;
        other*) die \
            "安装包里没有给 Python ${trouble#other } 的文件，只有 $PYTHONS；用 --python 路径 指定。" \
            "the bundle has nothing for Python ${trouble#other }, only for $PYTHONS; choose one with --python PATH." ;;
        "module venv") die \
            "缺少 Python 的 venv 模块（Debian、Ubuntu：python3-venv）。" \
            "Python's module venv is missing (Debian, Ubuntu: python3-venv)." ;;
        module*) die \
            "缺少 Python 的 ${trouble#module } 模块（Debian、Ubuntu：完整的 python3，不是 python3-minimal）。" \
            "Python's module ${trouble#module } is missing (Debian, Ubuntu: the whole python3, not python3-minimal)." ;;
        narrow) die "要 64 位的 Python。" "a 64-bit Python is needed." ;;
        glibc*) die \
            "系统太旧或不是 glibc（${trouble#glibc }），要 glibc $GLIBC 或更新。" \
            "the system is too old or has no glibc (${trouble#glibc }); glibc $GLIBC or newer is needed." ;;
        *) die "这个 Python 运行不了，请用 --python 路径 另选。" "this Python doesn't run; choose another with --python PATH." ;;
    esac
}

make_user() {
    [ -n "$user" ] || return 0
    getent group "$user" >/dev/null || groupadd --system "$user"
    getent passwd "$user" >/dev/null || useradd --system --gid "$user" --home-dir "$data" --no-create-home \
        --shell /usr/sbin/nologin "$user"
}

# 新版本装在旧版本旁边；没装成就删掉 / beside the old version; taken away again when it fails
make_version() {
    number=1
    while [ -e "$base/versions/$VERSION-$number" ]; do number=$((number + 1)); done
    new=$base/versions/$VERSION-$number
    trap 'rm -rf -- "$new"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mkdir -p -- "$new"
    say "正在安装 $VERSION 到 $new（约一分钟）……" "installing $VERSION into $new (about a minute) ..."
    "$found" -m venv --without-pip "$new" || die "建不了 Python 环境。" "the Python environment can't be made."
    pip=$(printf %s "$here"/wheels/pip-*.whl) # runs out of its wheel: neither pip nor ensurepip need be on the machine
    PIP_CONFIG_FILE=/dev/null "$new/bin/python" "$pip/pip" --isolated --disable-pip-version-check \
        --no-input --quiet install --no-index --find-links "$here/wheels" --no-deps --require-hashes \
        --only-binary :all: --no-cache-dir --no-warn-script-location --root-user-action=ignore \
        -r "$here/requirements.txt" || die "装不上，见上面的信息。" "can't be installed; see the message above."
    cp -R "$here/licences" "$new/licences"
    write_launcher
    echo '{"id": 1, "text": "小区楼道里有很浓的燃气味"}' | "$new/huiyin" classify >/dev/null || die \
        "装好的程序运行不了，见上面的信息。" "what was installed doesn't run; see the message above."
}

quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

# 粘贴就能用 / ready to paste
shown() { case $1 in *[!A-Za-z0-9/._+-]*) quoted "$1" ;; *) printf %s "$1" ;; esac; }

write_launcher() {
    while IFS= read -r line; do
        case $line in
            program=*) line=program=$(quoted "$new/bin/huiyin") ;;
            config=*) line=config=$(quoted "$config") ;;
            user=*) line=user=$(quoted "$user") ;;
        esac
        printf '%s\n' "$line"
    done <"$here/launcher.sh" >"$new/huiyin"
    chmod 755 "$new/huiyin"
}

# 配置和密码文件：没有才建，已有的不动 / only where there is none; what is there stays as it is
make_configuration() {
    fresh=no
    [ -d "$config" ] || mkdir -p -- "$config"
    [ -z "$user" ] || { chown "root:$user" "$config"; chmod 750 "$config"; }
    for name in mail.password ring.token database.password; do
        [ -e "$config/$name" ] || keep "$config/$name" </dev/null
    done
    if [ ! -e "$config/huiyin.toml" ]; then
        fresh=yes
        sample=$new/sample
        "$new/bin/huiyin" --config "$sample" init >/dev/null
        if [ -n "$user" ]; then # beside the configuration nothing may be written
            sed -i -e "s|^# data = \"data\" |data = \"$data\" |" -e "s|^# folder = \"outbox\" |folder = \"$data/outbox\" |" "$sample"
            [ "$(grep -c "= \"$data" "$sample")" = 2 ] || die "配置样例和安装程序不配套。" "the sample doesn't fit install.sh."
        fi
        keep "$config/huiyin.toml" <"$sample"
        rm -f -- "$sample"
    fi
    [ -d "$data" ] || { mkdir -p -- "$data"; chmod 700 "$data"; }
    [ -z "$user" ] || chown "$user:$user" "$data"
}

# 写一个只有自己（和服务用户）能读的文件 / write a file that only its owner (and the service) may read
keep() {
    (umask 077 && cat >"$1.new")
    [ -z "$user" ] || { chown "root:$user" "$1.new"; chmod 640 "$1.new"; }
    mv -f -- "$1.new" "$1"
}

accepts() { "$1/huiyin" check-config >/dev/null 2>&1; }

# 旧版本认的配置，新版本不认：不换 / a configuration that the old version takes and the new one doesn't: no switch
check_configuration() {
    [ -e "$base/current/huiyin" ] && accepts "$base/current" || return 0
    accepts "$new" && return 0
    "$new/huiyin" check-config >&2 || true
    die "新版本不认现在的配置（见上面），没有升级，旧版本照常运行。改好配置再装一次。" \
        "the new version doesn't take the configuration (see above); nothing was upgraded, the old version goes on. Change it, then install again."
}

point_to() {
    rm -f -- "$base/current.new"
    ln -s "versions/$1" "$base/current.new"
    mv -fT -- "$base/current.new" "$base/current"
}

switch() {
    old=$(readlink "$base/current" 2>/dev/null || true)
    old=${old##*/}
    point_to "${new##*/}"
    trap - EXIT
    mkdir -p -- "$(dirname "$command")"
    ln -sfn "$base/current/huiyin" "$command"
    cp "$here/install.sh" "$base/install.sh.new" && mv -f -- "$base/install.sh.new" "$base/install.sh"
}

booted() { [ -z "$prefix" ] && [ -d /run/systemd/system ]; }

set_service() {
    [ -z "$prefix" ] || return 0
    if command -v restorecon >/dev/null; then restorecon -RF "$base" "$config" "$data" "$command" || true; fi
    mkdir -p -- "$(dirname "$unit")"
    cp "$here/huiyin.service" "$unit.new"
    chmod 644 "$unit.new"
    mv -f -- "$unit.new" "$unit"
    booted || return 0
    systemctl daemon-reload
    systemctl is-active --quiet huiyin || return 0
    say "正在重新启动服务……" "restarting the service ..."
    systemctl restart huiyin && return 0
    [ -z "$old" ] || { point_to "$old"; systemctl restart huiyin || true; }
    die "新版本启动不了，已换回旧版本。原因：journalctl -u huiyin" \
        "the new version doesn't start; the old one is back. Why: journalctl -u huiyin"
}

# 留下上一个版本，更早的删掉 / the version before stays, older ones go
tidy() {
    for each in "$base"/versions/*; do
        case ${each##*/} in "${new##*/}" | "$old") ;; *) rm -rf -- "$each" ;; esac
    done
}

say_what_next() {
    if [ "$fresh" = no ]; then
        say "回音 $VERSION 已装好，数据和配置没有动。" "Huiyin $VERSION is installed; data and configuration are as they were."
        return 0
    fi
    huiyin=$(shown "$command") prompt='' remove="sh $(shown "$base/install.sh")${prefix:+ --prefix $(shown "$prefix")}"
    start="$huiyin run"
    [ -z "$user" ] || { huiyin=huiyin prompt="（用 root / as root）" start="systemctl enable --now huiyin"; }
    cat <<END

回音 $VERSION 已装好。接下来$prompt：
Huiyin $VERSION is installed. Next:
  1. 编辑配置 / edit       $config/huiyin.toml
     密码 / passwords      $config/mail.password  ring.token  database.password
  2. 建库和密钥 / set up   $huiyin init
  3. 检查 / check          $huiyin check-config
  4. 试发 / test mails     $huiyin send-test
  5. 启动 / start          $start
先看看演示 / first a look:  $huiyin demo --folder /tmp/huiyin-demo
卸载 / to remove:           $remove --uninstall
END
}

install_it() {
    check_tools
    check_files
    check_machine
    find_python
    make_user
    make_version
    make_configuration
    check_configuration
    switch
    set_service
    tidy
    say_what_next
}

uninstall_it() {
    [ -d "$base/versions" ] || { say "$base 里没有装回音。" "Huiyin is not installed in $base."; exit 0; }
    if [ -z "$prefix" ]; then
        if booted; then systemctl disable --now --quiet huiyin || true; fi
        rm -f -- "$unit"
        if booted; then systemctl daemon-reload; fi
    fi
    case $(readlink "$command" || true) in "$base"/current/*) rm -f -- "$command" ;; esac
    rm -rf -- "$base/versions" "$base/current" "$base/current.new" "$base/install.sh"
    rmdir -- "$base/bin" 2>/dev/null || true
    rmdir -- "$base" 2>/dev/null || true
    say "已卸载。留下了配置 $config/huiyin.toml、密码文件和数据 $data" \
        "removed. What stays: configuration $config/huiyin.toml, the password files and the data in $data"
}

read_arguments "$@"
choose_places
case $verb in install) install_it ;; uninstall) uninstall_it ;; esac
