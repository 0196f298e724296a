import { killDatabase, killFfmpeg, killRenderer, shutDownDatabase, stallFfmpeg } from './processes.ts';
import type { Stage } from './stage.ts';

/** How one part of the world breaks, and comes back. */
export interface Fault {
  /** What the command line selects it by: the part, and what becomes of it. */
  readonly part: string;
  readonly name: string;
  /** What broke, in words. */
  readonly what: string;
  /** A fault of a process strikes while the video is drawn; a vendor's is there from the customer's first step. */
  readonly strikes: 'at once' | 'while rendering';
  begin(stage: Stage): Promise<void>;
  /** Ends what does not end by itself. */
  end(stage: Stage): Promise<void>;
}

const VENDORS = { stripe: 'Stripe', gcs: 'Cloud Storage', sendgrid: 'SendGrid' } as const;

const KINDS = {
  refuse: 'refuses every connection',
  reset: 'breaks every connection off',
  hang: 'takes every request and never answers',
  slow: 'answers each request three seconds late',
  status: 'answers 503 to everything',
  rate_limit: 'answers 429, asking to wait a second',
  malformed: 'does the work and answers with broken JSON',
  truncate: 'does the work and breaks off in the middle of its answer',
  lost_answer: 'does the work and never tells',
  auth: 'does not take our key any more',
} as const;

const SETTINGS: Readonly<Record<string, object>> = {
  slow: { latency_ms: 3_000 },
  status: { status: 503 },
  rate_limit: { retry_after: 1 },
};

/** What can be done to any server with a sandbox. */
export const VENDOR_FAULTS: readonly Fault[] = Object.entries(VENDORS).flatMap(([service, vendor]) =>
  Object.entries(KINDS).map(([kind, what]): Fault => ({
    part: service,
    name: kind,
    what: `${vendor} ${what}`,
    strikes: 'at once',
    begin: async ({ server }) => {
      await control(`${server.sandboxOrigin}/sandbox/faults/${service}`, 'PUT', { kind, ...SETTINGS[kind] });
    },
    end: async ({ server }) => {
      await control(`${server.sandboxOrigin}/sandbox/faults/${service}`, 'DELETE');
    },
  })),
);

/** What can be done only to processes of one's own. */
export const PROCESS_FAULTS: readonly Fault[] = [
  sudden('ffmpeg', 'kill', 'ffmpeg is killed while it encodes', killFfmpeg),
  sudden('ffmpeg', 'stall', 'ffmpeg stands still and does not end', stallFfmpeg),
  sudden('renderer', 'kill', 'the process that draws the frames is killed', killRenderer),
  sudden('database', 'stop', 'PostgreSQL is shut down in the middle of a render', shutDownDatabase),
  sudden('database', 'kill', 'PostgreSQL is killed in the middle of a render', killDatabase),
  sudden('server', 'stop', 'the server is stopped (SIGTERM) in the middle of a render, and started again', (stage) =>
    stage.restart('SIGTERM'),
  ),
  sudden('server', 'kill', 'the server is killed (SIGKILL) in the middle of a render, and started again', (stage) =>
    stage.restart('SIGKILL'),
  ),
];

function sudden(part: string, name: string, what: string, begin: Fault['begin']): Fault {
  return { part, name, what, strikes: 'while rendering', begin, end: async () => {} };
}

async function control(url: string, method: 'PUT' | 'DELETE', body?: object): Promise<void> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${method} ${url}`);
}
