import type { FindingTexts } from './doctor-findings.ts'

/** Of Redis, PostgreSQL and SQLite. */
export const DATABASE_FINDINGS = {
  'redis-version': {
    what: { en: 'Redis {version} is too old.', zh: 'Redis {version} 太旧。' },
    mend: { en: 'Upgrade to 6.2 or newer.', zh: '请升级到 6.2 或更新版本。' },
  },
  'redis-append-only': {
    what: {
      en: 'Redis keeps no append-only file: a restart of it may sign people out.',
      zh: 'Redis 没有追加文件：重启它可能使用户登出。',
    },
    mend: {
      en: 'appendonly yes in redis.conf, and CONFIG SET appendonly yes for the one that runs.',
      zh: '在 redis.conf 中写 appendonly yes，并对运行中的执行 CONFIG SET appendonly yes。',
    },
  },
  'redis-fsync': {
    what: {
      en: 'Redis leaves it to the system when its file reaches the disk: a power cut loses half a minute.',
      zh: 'Redis 由系统决定何时写盘：断电会丢失约半分钟的数据。',
    },
    mend: { en: 'appendfsync everysec, or always.', zh: '请设置 appendfsync everysec 或 always。' },
  },
  'redis-fsync-unknown': {
    what: {
      en: 'how often Redis writes its file to the disk could not be looked at: the Redis user may not ask, and need not.',
      zh: '无法得知 Redis 多久写盘一次：该 Redis 用户无权询问，也不必有。',
    },
    mend: {
      en: 'As an administrator of Redis: redis-cli config get appendfsync. It should say everysec or always.',
      zh: '请以 Redis 管理员身份运行 redis-cli config get appendfsync，应为 everysec 或 always。',
    },
  },
  'redis-not-written': {
    what: {
      en: 'Redis could not write what it should keep to its disk.',
      zh: 'Redis 未能将应保存的内容写入磁盘。',
    },
    mend: {
      en: 'Look at its log and at the room on its disk; then BGREWRITEAOF, or BGSAVE.',
      zh: '请查看其日志和磁盘空间，然后执行 BGREWRITEAOF 或 BGSAVE。',
    },
  },
  'redis-eviction': {
    what: {
      en: 'Redis throws keys away when its memory is short (maxmemory-policy {policy}): sessions, or ends.',
      zh: 'Redis 内存不足时会丢弃键（maxmemory-policy {policy}）：会话或结束记录。',
    },
    mend: {
      en: 'maxmemory-policy noeviction. The issuer refuses to start with another.',
      zh: '请设为 maxmemory-policy noeviction。否则签发服务拒绝启动。',
    },
  },
  'redis-memory': {
    what: {
      en: 'Redis has nearly used up its memory: {used_mib} of {limit_mib} MiB. When it is full, nobody signs in and nothing ends.',
      zh: 'Redis 内存将尽：已用 {used_mib}，上限 {limit_mib} MiB。用尽后无人能登录，也无法结束会话。',
    },
    mend: {
      en: 'Raise maxmemory. 500 bytes a session, and as much again for each app in it, is a fair guess.',
      zh: '请提高 maxmemory。大致为每个会话 500 字节，会话中每个应用再加同样多。',
    },
  },
  'redis-role': {
    what: {
      en: 'the address of Redis leads to a {role}, which takes no writes.',
      zh: 'Redis 地址指向 {role}，它不接受写入。',
    },
    mend: {
      en: 'Name the master, or the sentinels (redis.sentinels), which know who it is.',
      zh: '请填写主节点地址，或填写知道主节点的哨兵（redis.sentinels）。',
    },
  },
  'redis-replicas': {
    what: {
      en: '{online} replicas are online, and every end waits for {awaited}: ends answer 503.',
      zh: '在线副本 {online} 个，而每次结束需等待 {awaited} 个：结束会应答 503。',
    },
    mend: {
      en: 'Start the missing replicas, or lower redis.replicas and accept that a failover may forget an end.',
      zh: '请启动缺少的副本，或降低 redis.replicas 并接受故障转移可能遗忘结束。',
    },
  },
  'redis-replica-late': {
    what: {
      en: 'the replica {replica} said {seconds} s ago how far it is; it should every second.',
      zh: '副本 {replica} 在 {seconds} 秒前报告进度，本应每秒一次。',
    },
    mend: { en: 'Look at its process, its disk and its link.', zh: '请检查其进程、磁盘和链路。' },
  },
  'redis-slow': {
    what: {
      en: 'half of all round trips to Redis take longer than {milliseconds} ms.',
      zh: '到 Redis 的往返有一半超过 {milliseconds} 毫秒。',
    },
    mend: {
      en: 'Run it in the same data centre, and look for slow commands of others: redis-cli slowlog get.',
      zh: '请放在同一数据中心，并查找他人的慢命令：redis-cli slowlog get。',
    },
  },
  'redis-clock': {
    what: {
      en: 'the clocks of Redis and the issuer differ by {seconds} s.',
      zh: 'Redis 与签发服务的时钟相差 {seconds} 秒。',
    },
    mend: {
      en: 'Let both machines take their time from the same servers (NTP).',
      zh: '请让两台机器从相同的服务器对时（NTP）。',
    },
  },
  'postgres-version': {
    what: { en: 'PostgreSQL {version} is too old.', zh: 'PostgreSQL {version} 太旧。' },
    mend: { en: 'Upgrade to 14 or newer.', zh: '请升级到 14 或更新版本。' },
  },
  'postgres-fsync': {
    what: {
      en: 'PostgreSQL runs with fsync = off: a crash of the machine may destroy the whole database.',
      zh: 'PostgreSQL 以 fsync = off 运行：机器崩溃可能毁掉整个数据库。',
    },
    mend: { en: 'fsync = on, then restart it.', zh: '请设为 fsync = on 并重启。' },
  },
  'postgres-synchronous-commit': {
    what: {
      en: 'PostgreSQL runs with synchronous_commit = off: a crash loses changes that were confirmed, and their audit records.',
      zh: 'PostgreSQL 以 synchronous_commit = off 运行：崩溃会丢失已确认的更改及其审计记录。',
    },
    mend: {
      en: 'synchronous_commit = on, for the server, this database and this user.',
      zh: '请对服务器、此数据库和此用户设为 synchronous_commit = on。',
    },
  },
  'postgres-full-page-writes': {
    what: {
      en: 'PostgreSQL runs with full_page_writes = off: a crash of the machine may leave half a page behind.',
      zh: 'PostgreSQL 以 full_page_writes = off 运行：机器崩溃可能留下残页。',
    },
    mend: {
      en: 'full_page_writes = on, unless the file system writes whole pages.',
      zh: '请设为 full_page_writes = on，除非文件系统整页写入。',
    },
  },
  'postgres-standby': {
    what: {
      en: 'PostgreSQL is a standby: it takes no writes.',
      zh: 'PostgreSQL 是备用服务器：不接受写入。',
    },
    mend: {
      en: 'Let directory.url name the primary; several hosts need a proxy that knows which it is.',
      zh: '请让 directory.url 指向主服务器；多台主机需要知道主服务器的代理。',
    },
  },
  'postgres-connections': {
    what: {
      en: '{used} of {most} connections of PostgreSQL are in use: the next issuer that starts may get none.',
      zh: 'PostgreSQL 的 {most} 个连接已用 {used} 个：下一个启动的签发服务可能得不到连接。',
    },
    mend: {
      en: 'Lower directory.connections, raise max_connections, or put a pooler between.',
      zh: '请降低 directory.connections、提高 max_connections，或使用连接池。',
    },
  },
  'postgres-plain': {
    what: {
      en: 'the way to PostgreSQL is not encrypted: everybody on it reads names and digests of passwords.',
      zh: '到 PostgreSQL 的连接未加密：途中任何人都能读到用户名和密码摘要。',
    },
    mend: {
      en: '?sslmode=verify-full at the end of directory.url, and a certificate for the server.',
      zh: '请在 directory.url 末尾加 ?sslmode=verify-full，并为服务器配置证书。',
    },
  },
  'postgres-clock': {
    what: {
      en: 'the clocks of PostgreSQL and the issuer differ by {seconds} s.',
      zh: 'PostgreSQL 与签发服务的时钟相差 {seconds} 秒。',
    },
    mend: {
      en: 'Let both machines take their time from the same servers (NTP).',
      zh: '请让两台机器从相同的服务器对时（NTP）。',
    },
  },
  'sqlite-journal': {
    what: {
      en: 'the file system cannot do what SQLite needs (journal {mode} instead of wal): other processes block each other.',
      zh: '文件系统不支持 SQLite 所需功能（日志为 {mode} 而非 wal）：进程会互相阻塞。',
    },
    mend: {
      en: 'Put data_dir on a local disk: network file systems cannot do this.',
      zh: '请将 data_dir 放在本地磁盘：网络文件系统不支持。',
    },
  },
  'migrations-pending': {
    what: {
      en: 'the database of the directory is older than this version: it lacks {migrations}.',
      zh: '目录的数据库比此版本旧：缺少 {migrations}。',
    },
    mend: {
      en: 'Make a backup, then latchkey migrate up.',
      zh: '请先备份，然后运行 latchkey migrate up。',
    },
  },
  'migrations-too-new': {
    what: {
      en: 'a newer version of Latchkey has migrated the database of the directory.',
      zh: '更新版本的 Latchkey 已迁移目录的数据库。',
    },
    mend: {
      en: 'Run that version everywhere, or bring back the backup from before.',
      zh: '请处处使用该版本，或恢复之前的备份。',
    },
  },
} satisfies Readonly<Record<string, FindingTexts>>
