import type { ExecutionContext } from '@nestjs/common';
import { lastValueFrom, of, throwError } from 'rxjs';
import { FileValidationError, PaymentError } from '../../platform/errors/index.js';
import { SecurityLog } from '../../platform/logging/index.js';
import { UploadRefusals } from './upload-refusals.js';

const REQUEST = { ip: '203.0.113.7', authenticatedUser: { id: 'user-1' } };
const CONTEXT = { switchToHttp: () => ({ getRequest: () => REQUEST }) } as unknown as ExecutionContext;

class RememberingLog extends SecurityLog {
  readonly events: unknown[] = [];

  override event(type: string, _message: string, fields: Readonly<Record<string, unknown>>): void {
    this.events.push({ type, ...fields });
  }
}

describe('UploadRefusals', () => {
  it('notes a file that was refused, and lets the error go on', async () => {
    const log = new RememberingLog();
    const refused = new FileValidationError('UNSUPPORTED_MEDIA_TYPE');
    const answer = new UploadRefusals(log).intercept(CONTEXT, { handle: () => throwError(() => refused) });
    await expect(lastValueFrom(answer)).rejects.toBe(refused);
    expect(log.events).toEqual([
      { type: 'upload_refused', error_code: 'UNSUPPORTED_MEDIA_TYPE', user_id: 'user-1', ip: '203.0.113.7' },
    ]);
  });

  it('notes nothing of an upload that was taken, or failed for another reason', async () => {
    const log = new RememberingLog();
    const refusals = new UploadRefusals(log);
    expect(await lastValueFrom(refusals.intercept(CONTEXT, { handle: () => of('taken') }))).toBe('taken');
    const unpaid = new PaymentError('PAYMENT_REQUIRED');
    await expect(lastValueFrom(refusals.intercept(CONTEXT, { handle: () => throwError(() => unpaid) }))).rejects.toBe(
      unpaid,
    );
    expect(log.events).toEqual([]);
  });
});
