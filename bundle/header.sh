#!/bin/sh
# 回音 Huiyin @VERSION@，Linux @ARCH@，离线安装包 / for installation without internet
#
#   sh 本文件 [选项]            检查完整性，解开，安装；选项同 install.sh
#   sh 本文件 --unpack 文件夹   只解开，先看看里面有什么
#
#   sh THIS FILE [OPTIONS]      checks itself, unpacks itself, installs; options are those of install.sh
#   sh THIS FILE --unpack DIR   unpacks only, to look inside
set -eu
umask 022

say() { printf '%s\n%s\n' "$1" "$2"; }
die() { say "错误：$1" "Error: $2" >&2; exit 1; }

need_kb=@KILOBYTES@
need_mb=$((need_kb / 1024 + 1))
archive() { tail -n +@LINES@ "$0"; }

unpack() {
    archive | tar -xof - -C "$1" || die "解不开，见上面的信息。" "can't be unpacked; see the message above."
}

for tool in tail tar sha256sum mktemp df sed; do
    command -v "$tool" >/dev/null || die "缺少命令 $tool。" "the command $tool is missing."
done

sum=$(archive | sha256sum)
[ "${sum%% *}" = "@SHA256@" ] || die \
    "文件不完整或被改动过（校验和不符），请重新拷贝。没有安装任何东西。" \
    "this file is incomplete or was changed (wrong checksum); copy it again. Nothing was installed."

if [ "${1-}" = --unpack ]; then
    [ -n "${2-}" ] || die "--unpack 后面要写文件夹。" "--unpack needs a folder."
    mkdir -p -- "$2"
    unpack "$2"
    say "已解开到 $2" "unpacked into $2"
    exit 0
fi

folder=$(mktemp -d) || die "建不了临时文件夹。" "can't make a temporary folder."
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
free=$(df -Pk "$folder" | sed -n 's|.* \([0-9][0-9]*\)  *[0-9-][0-9]*%*  */.*|\1|p')
[ "${free:-$need_kb}" -ge "$need_kb" ] || die \
    "临时文件夹空间不够，要 $need_mb MB；换一个：TMPDIR=/有空间的文件夹 sh $0" \
    "the temporary folder is too small, $need_mb MB are needed; another one: TMPDIR=/folder/with/space sh $0"
unpack "$folder"
status=0
sh "$folder/install.sh" "$@" || status=$?
exit "$status"
