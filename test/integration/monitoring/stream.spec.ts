import { ApiError } from '../../../src/platform/errors/index.js';
import { newId } from '../../../src/platform/time/index.js';
import { eventually } from '../../support/eventually.js';
import { MonitoringApp } from './monitoring-app.js';

interface Told {
  readonly event: string;
  readonly id: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Real: everything but the vendors. */
describe('The live stream', () => {
  let app: MonitoringApp;
  let gone: AbortController;

  beforeAll(async () => {
    app = await MonitoringApp.start();
  });

  afterAll(async () => {
    await app.close();
  });

  beforeEach(async () => {
    await app.clear();
    gone = new AbortController();
  });

  afterEach(async () => {
    gone.abort();
    await eventually('no stream is open', () => app.openStreams === 0);
  });

  /** A stream with what it has told so far. */
  async function listen(headers: Readonly<Record<string, string>> = {}): Promise<Told[]> {
    const response = await app.stream(gone.signal, headers);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('no-cache');
    const told: Told[] = [];
    void read(response, told, gone.signal);
    return told;
  }

  function codes(told: readonly Told[]): unknown[] {
    return told.filter(({ event }) => event === 'error_captured').map(({ data }) => data['code']);
  }

  it('tells each error once, as the list shows it, to all who watch', async () => {
    const [one, two] = [await listen(), await listen()];
    const requestId = newId();
    app.capture(new ApiError('STORAGE_ERROR'), { requestId });
    app.capture(new ApiError('EMAIL_ERROR'));
    await eventually('both are told of both', () => codes(one).length === 2 && codes(two).length === 2);
    expect(new Set(codes(one))).toEqual(new Set(['EMAIL_ERROR', 'STORAGE_ERROR']));
    app.capture(new ApiError('DATABASE_ERROR'));
    await eventually('both are told of the third', () => codes(one).length >= 3 && codes(two).length >= 3);
    expect(codes(one)).toHaveLength(3);
    const { body } = await app.admin<{ errors: readonly unknown[] }>(
      'GET',
      `/logs/recent-errors?request_id=${requestId}`,
    );
    expect(one.filter(({ data }) => data['request_id'] === requestId).map(({ data }) => data)).toEqual(
      body.data.errors,
    );
  });

  it('tells what circuits do', async () => {
    const told = await listen();
    const order = { reason: 'maintenance <b>', expires_in: 60 };
    expect((await app.admin('POST', '/circuit-breakers/gcs/force-open', order)).status).toBe(200);
    await eventually('the order is told', () => told.some(({ event }) => event === 'circuit_changed'));
    expect(told.find(({ event }) => event === 'circuit_changed')?.data).toMatchObject({
      service: 'gcs',
      type: 'forced_open',
      cause: 'operator',
      reason: 'maintenance <b>',
    });
    await app.admin('POST', '/circuit-breakers/reset/gcs', { reason: 'done' });
  });

  it('tells that an alert fires, and that it is over', async () => {
    const told = await listen();
    const firing = newId();
    await app.rows(
      `INSERT INTO alert_firings (id, rule_id, rule_name, subject, value, threshold, fired_at)
       VALUES ($1, $1, 'many errors', '', 12, 10, now())`,
      [firing],
    );
    const seen = (): unknown[] =>
      told
        .filter(({ event, data }) => event === 'alert_changed' && data['id'] === firing)
        .map(({ data }) => data['ended_by']);
    await eventually('the alert is told', () => seen().length === 1);
    await app.rows(`UPDATE alert_firings SET resolved_at = now(), ended_by = 'recovered' WHERE id = $1`, [firing]);
    await eventually('its end is told', () => seen().length === 2);
    expect(seen()).toEqual([null, 'recovered']);
  });

  it('begins with what was missed when it was interrupted', async () => {
    const told = await listen();
    app.capture(new ApiError('STORAGE_ERROR'));
    await eventually('the first is told', () => codes(told).length === 1);
    gone.abort();
    await eventually('the stream is closed', () => app.openStreams === 0);
    gone = new AbortController();
    app.capture(new ApiError('EMAIL_ERROR'));
    await app.store();
    const again = await listen({ 'last-event-id': String(told[0]?.id) });
    await eventually('the second is told', () => codes(again).includes('EMAIL_ERROR'));
    expect(codes(again).filter((code) => code === 'EMAIL_ERROR')).toHaveLength(1);
  });

  it.each(['x', '-1', '9'.repeat(400), '1e9', '<script>'])('takes the id %s of no event for none', async (id) => {
    const told = await listen({ 'last-event-id': id });
    app.capture(new ApiError('STORAGE_ERROR'));
    await eventually('the error is told', () => codes(told).length === 1);
  });

  it('tells the errors of its own process while PostgreSQL is away', async () => {
    const told = await listen();
    await app.proxy.close();
    try {
      app.capture(new ApiError('STORAGE_ERROR'));
      await eventually('the error is told', () => codes(told).includes('STORAGE_ERROR'));
    } finally {
      await app.proxy.open();
    }
    await app.store();
  });
});

/** Reads until the stream ends or is given up. */
async function read(response: Response, told: Told[], left: AbortSignal): Promise<void> {
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, event, id, data] = /^event: (\w+)\nid: (\d+)\ndata: (.*)$/.exec(block) ?? [];
        if (event === undefined || data === undefined) continue;
        told.push({ event, id: Number(id), data: JSON.parse(data) as Told['data'] });
      }
    }
  } catch (error) {
    if (!left.aborted) throw error;
  }
}
