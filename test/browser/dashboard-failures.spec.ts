import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { ApiError } from '../../src/platform/errors/index.js';
import { toErrorReply } from '../../src/platform/errors/error-reply.js';
import type { Visitor } from '../support/browser.js';
import type { Customer } from '../support/customer.js';
import { useDesk } from '../support/dashboard-desk.js';
import { openDashboard } from '../support/operator.js';
import { eventually } from '../support/processes.js';

const API = '**/admin/api/monitoring/**';

interface Captured {
  readonly id: string;
  readonly group_id: string;
  readonly request_id: string;
}

/** Real: the built product, its pages and Chromium. Faked: failures, which are the product's own, put between it and the page. */
describe('the dashboard, while the product fails', () => {
  const desk = useDesk();
  let operator: Customer;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    await desk.operator.post('/api/logs', { name: 'TypeError', message: 'x is not a function', stack: 'TypeError: x' });
  });

  beforeEach(() => {
    ({ operator, visitor, page } = desk);
  });

  async function captured(): Promise<Captured> {
    const found: Captured[] = [];
    await eventually(
      async () => {
        const { body } = await operator.get<{ data: { errors: Captured[] } }>(
          '/admin/api/monitoring/logs/recent-errors?code=BROWSER_ERROR',
        );
        found.push(...body.data.errors);
        return found.length > 0;
      },
      { what: 'the error to be stored' },
    );
    const [first] = found;
    if (first === undefined) throw new Error('There is no error');
    return first;
  }

  /** From now on every question is answered with a failure. @returns the id of all of these requests */
  async function failEverything(): Promise<string> {
    const requestId = randomUUID();
    const { status, headers, body } = toErrorReply(new ApiError('DATABASE_ERROR'), { requestId, bodyLimitBytes: 0 });
    await page.route(API, async (route) => {
      await route.fulfill({ status, headers: { ...headers }, body });
    });
    return requestId;
  }

  /** The places with how many panels ask for something there. */
  async function places(): Promise<readonly (readonly [string, number])[]> {
    const { id, group_id: groupId, request_id: requestId } = await captured();
    return [
      ['now', 4],
      ['errors', 2],
      [`group/${groupId}`, 1],
      [`event/${id}`, 1],
      [`story/${requestId}`, 1],
      ['jobs', 1],
      ['emails', 1],
      ['replication', 1],
      ['alerts', 2],
      ['audit', 1],
    ];
  }

  it('says in each panel what happened, under which request, and tries again when asked', async () => {
    const all = await places();
    await openDashboard(page);
    await page.getByText('Everything works.').waitFor();
    for (const [place, panels] of all) {
      const requestId = await failEverything();
      // A page that has just been opened knows nothing yet.
      await page.goto(`/admin#/${place}`);
      await page.reload();
      const notices = page.getByRole('alert');
      await notices.nth(panels - 1).waitFor();
      expect([place, await notices.count()]).toEqual([place, panels]);
      for (const notice of await notices.all()) {
        const text = await notice.innerText();
        expect(text).toContain('The product failed');
        expect(text).toContain(`Request ${requestId}`);
        expect(await notice.getByRole('button', { name: 'Try again' }).count()).toBe(1);
      }
      if (panels === 4) expect(await visitor.look('admin-failed')).toEqual([]);
      await page.unroute(API);
      // All at once: those that ask by themselves may be faster than a click.
      await page.getByRole('button', { name: 'Try again' }).evaluateAll((buttons) => {
        for (const button of buttons) (button as unknown as { click: () => void }).click();
      });
      await notices.first().waitFor({ state: 'detached' });
      expect([place, await notices.count()]).toEqual([place, 0]);
    }
  }, 240_000);

  it('keeps what it knows in sight, and says that it is old', async () => {
    await openDashboard(page);
    await page.getByText('Everything works.').waitFor();
    await failEverything();
    await page.getByText('Not up to date').first().waitFor();
    expect(await page.getByText('Everything works.').isVisible()).toBe(true);
    await page.unroute(API);
    await page.getByText('Not up to date').first().waitFor({ state: 'detached' });
  }, 60_000);

  it('shows an error on its own, to everybody', async () => {
    const { id } = await captured();
    await openDashboard(page);
    await page.goto(`/admin#/event/${id}`);
    await page.getByLabel('Logged before it').or(page.getByText('x is not a function').first()).first().waitFor();
    expect(await visitor.look('admin-event')).toEqual([]);
  }, 60_000);
});
