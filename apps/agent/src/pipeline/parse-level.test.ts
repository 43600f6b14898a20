import { expect, test } from 'vitest'
import { parseLevel } from './parse-level.ts'

/** One real line of each format. */
const samples: [string, string][] = [
  [
    'INFO',
    '2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Created MRAppMaster',
  ],
  [
    'WARN',
    '2015-07-29 19:04:29,071 - WARN  [SendWorker:188978561024:QuorumCnxManager$SendWorker@688] - Send worker',
  ],
  [
    'INFO',
    '17/06/09 20:10:40 INFO executor.CoarseGrainedExecutorBackend: Registered signal handlers for [TERM, HUP]',
  ],
  [
    'WARN',
    'nova-compute.log.1.2017-05-16_13:55:31 2017-05-16 00:00:04.500 2931 WARNING nova.virt.libvirt [req-3e] x',
  ],
  ['INFO', '2026-11-21 09:13:00.123 UTC [1234] LOG:  database system is ready to accept connections'],
  ['ERROR', '2026-11-21 09:13:00.123 UTC [99] app@db ERROR:  relation "x" does not exist at character 15'],
  ['FATAL', '2026-11-21 09:13:00.123 CET [99] FATAL:  password authentication failed for user "x"'],
  ['FATAL', '2026-11-21 09:13:00.123 UTC [99] PANIC:  could not write to file'],
  ['DEBUG', '2026-11-21 09:13:00.123 UTC [99] DEBUG2:  checkpoint record is at 0/1'],
  ['INFO', '1234:M 21 Nov 2026 09:13:00.123 * Ready to accept connections tcp'],
  ['WARN', '1234:C 21 Nov 2026 09:13:00.123 # WARNING Memory overcommit must be enabled!'],
  ['DEBUG', '1234:M 21 Nov 2026 09:13:00.123 - Accepted 127.0.0.1:1'],
  ['DEBUG', '1234:S 21 Nov 09:13:00.123 . 0 clients connected'],
  ['ERROR', 'E1121 09:13:00.123456    1 reflector.go:138] Failed to watch'],
  ['INFO', 'I1121 09:13:00.123456    1 main.go:1] ERROR is only a word here'],
  ['ERROR', '{"level":50,"time":1763716380123,"msg":"x"}'],
  ['WARN', '{"time":"x","msg":"\\"level\\":\\"debug\\"","data":{"level":"debug"},"level":"warn"}'],
  ['ERROR', '{"@timestamp":"x","log":{"logger":"a","level":"error"}}'],
  ['ERROR', '{"@timestamp":"x","log.level":"ERROR","message":"x"}'],
  ['WARN', '{"severity":"WARNING","message":"x"}'],
  ['ERROR', '{"SeverityNumber":17,"Body":"x"}'],
  ['INFO', '{"t":{"$date":"2026-11-21T09:13:00.123Z"},"s":"I","c":"NETWORK","msg":"Listening"}'],
  ['WARN', 'time="2026-11-21T09:13:00Z" level=warning msg="level=debug"'],
  ['ERROR', 'ts=2026-11-21T09:13:00Z caller=main.go:1 level=error err="x"'],
  ['WARN', '[WARN] disk is nearly full'],
  ['WARN', '\u001b[33m[WARN]\u001b[0m disk is nearly full'],
  ['INFO', '\u001b[2m2026-11-21T09:13:00.1Z\u001b[0m \u001b[32m INFO\u001b[0m tower_http: started'],
  ['ERROR', 'ERROR:root:something failed'],
  ['WARN', '2026-11-21 09:13:00,123 - my.module - WARNING - careful'],
  ['DEBUG', '2026-11-21 09:13:00,123 - mymodule - DEBUG - details'],
  ['ERROR', '2026-11-21 09:13:00,123 myhost mymodule ERROR failed'],
  ['INFO', '09:13:00.123 [main] INFO  com.acme.Foo - DEBUG is only a word here'],
  ['ERROR', '2026-11-21T09:13:00.123Z ERROR 1234 --- [nio-8080-exec-1] c.a.Foo : x'],
  ['INFO', '2026-11-21T09:13:00.000Z\tinfo\tlogger\tmain.go:1\tstarted'],
  ['ERROR', '2026-11-21T09:13:00.000Z\tERROR\tcontroller\tfailed'],
  ['INFO', '[2026-11-21T09:13:00Z INFO  actix_server] starting'],
  ['INFO', 'I, [2026-11-21T09:13:00.123456 #1234]  INFO -- : x'],
  ['ERROR', 'fail: Microsoft.AspNetCore.Server.Kestrel[13]'],
  ['INFO', 'info: Microsoft.Hosting.Lifetime[14]'],
  ['ERROR', '[09:13:00 ERR] failed'],
  ['ERROR', '2026/11/21 09:13:00 [error] 12#12: *1 open() failed'],
  ['ERROR', '[Sat Nov 21 09:13:00.123456 2026] [core:error] [pid 1] AH00126'],
  ['ERROR', '9:13AM ERR failed'],
  ['WARN', 'WARN[0042] careful'],
  ['INFO', '[2026-11-21 09:13:00,123] INFO started (kafka.server.KafkaServer)'],
  ['INFO', 'INFO  [main] 2026-11-21 09:13:00,123 Foo.java:1 - x'],
  ['WARN', '2026-11-21T09:13:00.123456Z 0 [Warning] [MY-010055] [Server] x'],
  ['INFO', '[2026-11-21 09:13:00.123][1][info][main] [source/server] x'],
  ['INFO', '[2026-11-21T09:13:00,123][INFO ][o.e.n.Node] [x] started'],
  ['INFO', '2026-11-21 09:13:00.123456+00:00 [info] <0.9.0> started'],
  ['ERROR', 'Dec 10 07:28:03 LabSZ sshd[24245]: error: Received disconnect from 5.36.59.76'],
  ['ERROR', 'error: could not compile'],
  ['WARN', '2026-11-21 09:13:00.123 | WARNING  | app:main:1 - careful'],
  ['DEBUG', '2026-11-21T09:13:00.123+0000 D NETWORK  [listener] x'],
  ['ERROR', '<11>Nov 21 09:13:00 host app: x'],
]

test.each(samples)('%s: %s', (level, line) => {
  expect(parseLevel(line)).toBe(level)
})

test.each([
  '',
  '    at com.acme.Foo.bar(Foo.java:42)',
  'Enabled DEBUG mode',
  '2026-11-21 09:13:00 Enabled DEBUG mode',
  'Traceback (most recent call last):',
  'Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; logname= uid=0',
  'the error was fatal',
  'Log rotation done',
  'GET /debug HTTP/1.1',
  '127.0.0.1 - - [21/Nov/2026:09:13:00 +0000] "GET /trace HTTP/1.1" 200 1',
  '{"level":3,"host":"gelf"}',
  '{"payload":{"level":"debug"}}',
  '{"level":',
  '{"message":"level debug',
  'level=5 of the raid',
  '2026-11-21 09:13:00.123 UTC [1234] DETAIL:  Key (id)=(1) already exists.',
])('says nothing about: %s', (line) => {
  expect(parseLevel(line)).toBeNull()
})

test('what stands behind the first 512 characters is not looked at', () => {
  expect(parseLevel(`${'1 '.repeat(300)}ERROR`)).toBeNull()
})
