#!/bin/sh
# install.sh 写成；每个版本一份 / written by install.sh, one for each version
# 设好配置和密码文件的位置，由 root 运行时换成服务用户，然后运行 huiyin
# Says where configuration and passwords are; run by root, becomes the service's user; then runs huiyin
program=@PROGRAM@
config=@CONFIG@
user=@USER@

HUIYIN_CONFIG=${HUIYIN_CONFIG:-$config/huiyin.toml}
HUIYIN_MAIL_PASSWORD_FILE=${HUIYIN_MAIL_PASSWORD_FILE:-$config/mail.password}
HUIYIN_RING_TOKEN_FILE=${HUIYIN_RING_TOKEN_FILE:-$config/ring.token}
HUIYIN_DATABASE_PASSWORD_FILE=${HUIYIN_DATABASE_PASSWORD_FILE:-$config/database.password}
PYTHONUTF8=1
export HUIYIN_CONFIG HUIYIN_MAIL_PASSWORD_FILE HUIYIN_RING_TOKEN_FILE HUIYIN_DATABASE_PASSWORD_FILE PYTHONUTF8
unset PYTHONHOME PYTHONPATH
# 邮箱、公众号、群：一个一个文件 / mailboxes, accounts, chat groups: a file for each
for file in "$config"/*.password "$config"/*.secret "$config"/*.webhook "$config"/*.sign; do
    what=${file##*.}
    name=$(basename "$file" ".$what" | tr 'a-z-' 'A-Z_')
    case $name in *[!A-Z0-9_]*) continue ;; esac
    variable=HUIYIN_${name}_$(echo "$what" | tr 'a-z' 'A-Z')_FILE
    eval "export $variable=\"\${$variable:-\$file}\""
done

if [ -n "$user" ] && [ "$(id -u)" = 0 ]; then
    exec runuser -u "$user" -- "$program" "$@"
fi
exec "$program" "$@"
