import type { ErrorEventDetail, RecentErrors } from '../../../src/admin-monitoring/api/dto/recent-errors.response.js';
import { MonitoringApp, type Wire } from './monitoring-app.js';

const STACK = [
  'TypeError: Cannot read properties of undefined',
  '    at showJob (https://example.com/assets/index-Ab12Cd34.js:12:345)',
].join('\n');

/** Real: everything but the vendors and the browser. */
describe('POST /api/logs', () => {
  let app: MonitoringApp;

  beforeAll(async () => {
    app = await MonitoringApp.start();
  });

  afterAll(async () => {
    await app.close();
  });

  beforeEach(async () => {
    await app.clear();
  });

  it('makes an event of an error of a page, under the id of the request it is about', async () => {
    const { status } = await app.reportFromBrowser(
      {
        name: 'TypeError',
        message: 'Cannot read properties of undefined, token=hunter2',
        stack: STACK,
        url: 'https://example.com/jobs?token=hunter2',
        request_id: 'request-0001',
      },
      '10.0.0.1',
    );
    expect(status).toBe(204);
    await app.store();
    const found = await app.admin<RecentErrors>('GET', '/logs/recent-errors?request_id=request-0001');
    expect(found.body.data.errors).toHaveLength(1);
    const [error] = found.body.data.errors;
    expect(error).toMatchObject({
      code: 'BROWSER_ERROR',
      endpoint: 'browser',
      message: 'Cannot read properties of undefined, token=[REDACTED]',
    });
    const { body } = await app.admin<ErrorEventDetail>('GET', `/errors/events/${error?.id}`);
    expect(body.data.chain[1]).toMatchObject({ error_class: 'TypeError' });
    expect(body.data.chain[1]?.stack).toContain('at showJob (/assets/index.js:12:345)');
    expect(body.data.breadcrumb.map(({ message }) => message)).toEqual(['Page: /jobs', 'Browser: Mozilla/5.0 (test)']);
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it.each([
    [{}, 'message'],
    [{ message: '' }, 'message'],
    [{ message: 7 }, 'message'],
    [{ message: 'x'.repeat(2_001) }, 'message'],
    [{ message: 'x', stack: 'x'.repeat(20_001) }, 'stack'],
    [{ message: 'x', request_id: '<script>' }, 'request_id'],
    [{ message: 'x', level: 'fatal' }, 'level'],
  ])('refuses %j', async (payload, field) => {
    const { status, body } = await app.reportFromBrowser<Wire<never>>(payload, `10.0.1.${field.length}`);
    expect([status, body.error.code]).toEqual([422, 'VALIDATION_ERROR']);
    expect(body.error.details).toMatchObject({ fields: [{ field }] });
  });

  it('takes as many as the limit allows from one address', async () => {
    const statuses: number[] = [];
    for (let time = 0; time < 6; time += 1) {
      statuses.push((await app.reportFromBrowser({ message: 'again' }, '10.0.0.2')).status);
    }
    expect(statuses).toEqual([204, 204, 204, 204, 204, 429]);
    expect((await app.reportFromBrowser({ message: 'again' }, '10.0.0.3')).status).toBe(204);
  });
});
