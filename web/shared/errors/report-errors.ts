import createClient from 'openapi-fetch';
import type { paths } from '../../generated/api.ts';
import { answerOf } from '../api/answer.ts';
import { fetchInTime } from '../api/transport.ts';
import { ErrorReports } from './error-reports.ts';

/** Without the session, whose renewal may be what is broken. */
const api = createClient<paths>({ fetch: fetchInTime });

/** From now on, tells the product of what goes wrong in this page and is caught by nobody, or handed to `reportError`. */
export function reportErrors(): void {
  // A page may be left because of the error; the report outlives it.
  const reports = new ErrorReports(
    async (body) => await answerOf(api.POST('/api/logs', { body, keepalive: true })),
    () => performance.now(),
  );
  // What stands after the path may be a token.
  const report = (error: unknown): void => reports.report(error, `${location.origin}${location.pathname}`);
  addEventListener('error', ({ error, message }) => report(error ?? message));
  addEventListener('unhandledrejection', ({ reason }) => report(reason));
}
