import { parameterise } from './parameterise.js';

const UUID = '0190a7c4-5e1c-7d3a-9b0e-3f2a1c4d5e6f';

/** Message → what it becomes. */
const CHANGED: readonly (readonly [string, string])[] = [
  // uuid
  [`Job ${UUID} not found`, 'Job <uuid> not found'],
  [`Job ${UUID.toUpperCase()} not found`, 'Job <uuid> not found'],
  [`(${UUID})`, '(<uuid>)'],
  [`job=${UUID};attempt=2`, 'job=<uuid>;attempt=<number>'],
  [`render-${UUID}.mp4 is gone`, 'render-<uuid>.mp4 is gone'],
  [`No objects ${UUID}, ${UUID} and ${UUID}`, 'No objects <uuid> and <uuid>'],
  // e-mail
  ['User anna@example.com is disabled', 'User <email> is disabled'],
  ['User a***@example.com is disabled', 'User <email> is disabled'],
  ['Mail to <john.q+tag@mail.example.co.uk> bounced', 'Mail to <<email>> bounced'],
  ['to=anna@example.com, cc=bob@example.org', 'to=<email>, cc=<email>'],
  ['bad address o_brien-1@sub-domain.example.io.', 'bad address <email>.'],
  // url
  ['GET https://api.stripe.com/v1/charges?limit=3 failed', 'GET <url> failed'],
  ['See http://localhost:3000/docs.', 'See <url>.'],
  ['connect to postgres://app:x@db.internal:5432/oriel refused', 'connect to <url> refused'],
  ['(https://example.com/a,b)', '(<url>)'],
  ['gs://bucket/audio/1.wav is missing', '<url> is missing'],
  ['redirected to www.example.com/login twice', 'redirected to <url> twice'],
  ['image data:image/png;base64,iVBORw0KGgo= is broken', 'image <url> is broken'],
  ['ws://10.0.0.1:80/x, wss://example.com/y', '<url>'],
  // ip
  ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED <ip>:<number>'],
  ['connect ETIMEDOUT 10.20.30.40', 'connect ETIMEDOUT <ip>'],
  ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED <ip>'],
  ['peer 2001:db8::8a2e:370:7334 went away', 'peer <ip> went away'],
  ['peer [fe80::1%eth0]:443 went away', 'peer [<ip>]:<number> went away'],
  ['mapped ::ffff:192.168.0.7 refused', 'mapped <ip> refused'],
  ['allowed 10.0.0.0/8 only', 'allowed <ip>/<number> only'],
  ['blocked 8.8.8.8, 8.8.4.4, 1.1.1.1', 'blocked <ip>'],
  // hex
  ['segfault at 0xdeadbeef', 'segfault at <hex>'],
  ['commit 3f2a1c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b is unknown', 'commit <hex> is unknown'],
  ['checksum 9ae0daaf does not match', 'checksum <hex> does not match'],
  ['checksum a1b2c3d4 is not A1B2C3D4', 'checksum <hex> is not <hex>'],
  ['interface 00:1a:2b:3c:4d:5e is down', 'interface <hex> is down'],
  ['etag 5d41402abc4b2a76b9719d911017c592 changed', 'etag <hex> changed'],
  // date
  ['expired at 2024-03-01T12:34:56.789Z', 'expired at <date>'],
  ['expired at 2024-03-01T12:34:56+02:00', 'expired at <date>'],
  ['expired at 2024-03-01 12:34:56', 'expired at <date>'],
  ['expired at 2024-03-01 12:34:56 UTC, sorry', 'expired at <date>, sorry'],
  ['no rate for 2024-03-01', 'no rate for <date>'],
  ['since Fri, 01 Mar 2024 12:34:56 GMT', 'since <date>'],
  ['since Fri Mar 01 2024 12:34:56 GMT+0100 (Central European Standard Time)', 'since <date>'],
  ['due 1 March 2024', 'due <date>'],
  ['due March 1, 2024 at noon', 'due <date> at noon'],
  ['due 01/03/2024', 'due <date>'],
  ['due 2024/03/01 10:00:00', 'due <date>'],
  ['due 1.3.2024', 'due <date>'],
  ['at 12:34:56.789 the watch stopped', 'at <date> the watch stopped'],
  ['at 3:04:05 pm the watch stopped', 'at <date> the watch stopped'],
  // duration
  ['timed out after 5000ms', 'timed out after <duration>'],
  ['timed out after 5000 ms', 'timed out after <duration>'],
  ['timed out after 1.5s', 'timed out after <duration>'],
  ['timed out after 30 seconds', 'timed out after <duration>'],
  ['took 1h30m', 'took <duration>'],
  ['took 2m 5s', 'took <duration>'],
  ['took 3 days', 'took <duration>'],
  ['took PT1H30M', 'took <duration>'],
  ['older than P30D', 'older than <duration>'],
  ['took 250µs', 'took <duration>'],
  ['waited 20 minutes for a lock', 'waited <duration> for a lock'],
  // number
  ['row 42 is locked', 'row <number> is locked'],
  ['expected -1 but got +17.5', 'expected <number> but got <number>'],
  ['1,024 of 65,536 bytes', '<number> of <number> bytes'],
  ['1_000_000 rows', '<number> rows'],
  ['6.02e23 atoms', '<number> atoms'],
  ['disk is 97% full', 'disk is <number> full'],
  ['track #17 is silent', 'track #<number> is silent'],
  ['items[3].price', 'items[<number>].price'],
  ['needs 512MB, has 64MB', 'needs <number>MB, has <number>MB'],
  ['sample rate 44.1kHz', 'sample rate <number>kHz'],
  ['job-17 failed', 'job-<number> failed'],
  ['user_42 failed', 'user_<number> failed'],
  ['id=7&page=3', 'id=<number>&page=<number>'],
  ['ids 1, 2, 3 not found', 'ids <number> not found'],
  ['ids 1; 2 not found', 'ids <number> not found'],
  ['status code 503', 'status code <number>'],
  ['1920x1080 is too large', '1920x1080 is too large'],
  ['exit code: 137', 'exit code: <number>'],
  ['5/7 attempts', '<number>/<number> attempts'],
  ['(0)', '(<number>)'],
  ['.5 of it', '<number> of it'],
  // string
  ['column "user_name" does not exist', 'column <string> does not exist'],
  ["Cannot read properties of undefined (reading 'id')", 'Cannot read properties of undefined (reading <string>)'],
  ["can't find 'x.wav' in the user's folder", "can't find <string> in the user's folder"],
  ['unknown look `neon`', 'unknown look <string>'],
  ['“quoted” and «quoted»', '<string> and <string>'],
  ['name "a \\" b" is taken', 'name <string> is taken'],
  ["one of 'a', 'b', 'c' expected", 'one of <string> expected'],
  ['"" is empty', '<string> is empty'],
  ['Unexpected token } in JSON at position 17', 'Unexpected token } in JSON at position <number>'],
  [`"user ${UUID} at 10.0.0.1"`, '<string>'],
  // path
  ["ENOENT: no such file or directory, open '/tmp/x'", 'ENOENT: no such file or directory, open <string>'],
  ['cannot open /var/lib/oriel/tmp/a.wav', 'cannot open <path>'],
  ['cannot open /tmp', 'cannot open <path>'],
  ['cannot open ./var/a.wav or ../b.wav', 'cannot open <path> or <path>'],
  ['cannot open ~/music/a.wav', 'cannot open <path>'],
  ['cannot open C:\\Users\\anna\\a.wav.', 'cannot open <path>.'],
  ['cannot open \\\\server\\share\\a.wav', 'cannot open <path>'],
  ['Cannot GET /api/jobs/17', 'Cannot GET <path>'],
  ['at src/app/main.ts:12:3', 'at <path>:<number>:<number>'],
  ['object audio/2024/take-one.wav is gone', 'object <path> is gone'],
  ['(/srv/app/a.js)', '(<path>)'],
  ['open /srv/a, then /srv/b.', 'open <path>, then <path>.'],
  // id
  ['No such payment_intent: pi_3OaBcD2eZvKYlo2C1x2y3z4A', 'No such payment_intent: <id>'],
  ['session cs_test_a1b2c3d4e5f6g7h8 expired', 'session <id> expired'],
  ['event evt_1NG8Du2eZvKYlo2CUI79vXWy came twice', 'event <id> came twice'],
  ['ulid 01ARZ3NDEKTSV4RRFFQ69G5FAV is unknown', 'ulid <id> is unknown'],
  // white space
  ['two\n   lines\tof  text', 'two lines of text'],
];

/** Messages without any variable part, however much they look like it. */
const UNCHANGED: readonly string[] = [
  'The database is not reachable.',
  'Cannot read properties of undefined',
  "can't do that",
  "the users' own tracks aren't there",
  'utf8 and sha256 and h264 and mp3',
  'requires ES2024 or later',
  'yes and/or no, km/h',
  'application/json; charset=binary',
  'media type audio/mpeg refused',
  'std::vector overflow',
  'the value is NaN',
  'deadbeef is a word here',
  'cafe and facade',
  'a - b',
  'wait... what?',
  '(none)',
  'Converting circular structure to JSON',
  'x is not iterable',
  'stack: a > b > c',
  'EPIPE',
  'user@ is no address',
  'and @nobody either',
  'ratio a:b:c',
  'Maximum call stack size exceeded',
  'v8 crashed',
  'createRenderJobsInTransactionNow',
  'error_group_releases_pkey',
  '[REDACTED] is hidden',
  'http: is no address',
  '',
];

describe('parameterise', () => {
  it.each(CHANGED)('%j → %j', (message, expected) => {
    expect(parameterise(message)).toBe(expected);
  });

  it.each(UNCHANGED)('%j stays', (message) => {
    expect(parameterise(message)).toBe(message);
  });

  it('has at least 120 cases', () => {
    expect(CHANGED.length + UNCHANGED.length).toBeGreaterThanOrEqual(120);
  });

  it('leaves nothing to replace in what it returns', () => {
    for (const [message] of CHANGED) {
      const once = parameterise(message);
      expect(parameterise(once)).toBe(once);
    }
  });

  it('takes linear time, whatever it is given', () => {
    const hostile = ['"', "'", '/a', 'a/', '1:', 'a@', '::', '0x', '1.', '1a', '\\', 'http://', '1 ', '-', '_1'];
    for (const piece of hostile) {
      const started = performance.now();
      parameterise(piece.repeat(500_000));
      expect(performance.now() - started).toBeLessThan(200);
    }
  });
});
