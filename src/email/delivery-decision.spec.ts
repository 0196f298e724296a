import { ApiError, EmailError, ExternalServiceError } from '../platform/errors/index.js';
import { afterFailure, DELIVERY_LIFE_SECONDS } from './delivery-decision.js';
import { mayHaveBeenSent } from './send-certainty.js';

const down = new ExternalServiceError('SENDGRID_SERVICE_ERROR');

describe('afterFailure', () => {
  it('buries a mail at once whose address or content is refused', () => {
    for (const code of ['EMAIL_ADDRESS_REJECTED', 'EMAIL_CONTENT_REJECTED'] as const) {
      expect(afterFailure(new ApiError(code), { attempts: 1, ageSeconds: 1 }, 0.5)).toEqual({ kind: 'dead' });
    }
  });

  it('tries again ever more seldom, at least every 15 minutes plus jitter', () => {
    const delays = [1, 2, 3, 4, 5, 6, 100].map((attempts) => {
      const decision = afterFailure(down, { attempts, ageSeconds: 60 }, 0.5);
      return decision.kind === 'retry' ? decision.delaySeconds : null;
    });
    expect(delays).toEqual([5, 30, 120, 300, 900, 900, 900]);
  });

  it('spreads the tries of many mails', () => {
    expect(afterFailure(down, { attempts: 5, ageSeconds: 60 }, 0)).toEqual({ kind: 'retry', delaySeconds: 720 });
    expect(afterFailure(down, { attempts: 5, ageSeconds: 60 }, 0.999)).toEqual({ kind: 'retry', delaySeconds: 1_080 });
  });

  it('keeps trying for 72 hours, and once more at their end', () => {
    const decision = afterFailure(down, { attempts: 300, ageSeconds: DELIVERY_LIFE_SECONDS - 10 }, 0.5);
    expect(decision).toEqual({ kind: 'retry', delaySeconds: 10 });
    expect(afterFailure(down, { attempts: 300, ageSeconds: DELIVERY_LIFE_SECONDS }, 0.5)).toEqual({ kind: 'dead' });
  });

  it('waits for the end of a rate limit', () => {
    const limited = new EmailError('EMAIL_RATE_LIMITED', { details: { retry_after: 333 } });
    expect(afterFailure(limited, { attempts: 1, ageSeconds: 1 }, 0.5)).toEqual({ kind: 'retry', delaySeconds: 333 });
  });

  it('does not blame a mail for wrong credentials', () => {
    expect(
      afterFailure(new ExternalServiceError('SENDGRID_AUTH_ERROR'), { attempts: 1, ageSeconds: 1 }, 0.5).kind,
    ).toBe('retry');
  });
});

describe('mayHaveBeenSent', () => {
  it.each([
    [new ExternalServiceError('SENDGRID_TIMEOUT'), true],
    [new ExternalServiceError('SENDGRID_SERVICE_ERROR'), true],
    [new ExternalServiceError('SENDGRID_CONNECTION_ERROR', { cause: { code: 'ECONNRESET' } }), true],
    [new ExternalServiceError('SENDGRID_CONNECTION_ERROR', { cause: { code: 'ECONNREFUSED' } }), false],
    [new ExternalServiceError('SENDGRID_UNAVAILABLE'), false],
    [new EmailError('EMAIL_RATE_LIMITED'), false],
    [new ApiError('EMAIL_ADDRESS_REJECTED'), false],
  ])('judges %s', (error, expected) => {
    expect(mayHaveBeenSent(error)).toBe(expected);
  });
});
