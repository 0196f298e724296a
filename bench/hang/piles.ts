import { randomBytes } from 'node:crypto';
import { ApiClient } from '../../demo/api-client.ts';
import { pay } from '../../demo/journey.ts';
import { synthesizeTrack } from '../../demo/synthesize-track.ts';

/** Callers that hang on one dependency. */
export interface Pile {
  readonly service: 'stripe' | 'gcs' | 'sendgrid';
  /** Where the calls to it are made: mails are a worker's business. */
  readonly role: 'api' | 'all';
  /** Calls that hang at the dependency at once when everybody is there. */
  readonly hanging: number;
  /** Whether the callers are answered without the dependency: they are waited for then, as their own work is no part of the pile. */
  readonly answered: boolean;
  /** What the callers need before the dependency hangs; gives the calls themselves. */
  prepare(crowd: ApiClient): Promise<() => readonly Promise<unknown>[]>;
}

const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);

/** Sales that wait for Stripe: as many as its bulkhead takes and lets wait. */
const stripe: Pile = {
  service: 'stripe',
  role: 'api',
  hanging: 20,
  answered: false,
  prepare: async (crowd) => () => times(70, () => crowd.post('/api/payments/create-session', { tier: 'basic' })),
};

/** Uploads that wait for Cloud Storage, each with a payment of its own. */
const gcs: Pile = {
  service: 'gcs',
  role: 'api',
  hanging: 10,
  answered: false,
  prepare: async (crowd) => {
    const payments: string[] = [];
    while (payments.length < 20) payments.push(await pay(crowd, '1280x720'));
    const audio = new Blob([synthesizeTrack(2)]);
    return () => payments.map((payment) => crowd.upload('/api/jobs/render/submit', orderOf(payment, audio), () => {}));
  },
};

/** New customers whose mails wait for SendGrid: it gets three at a time, and the outbox keeps the others. */
const sendgrid: Pile = {
  service: 'sendgrid',
  role: 'all',
  hanging: 3,
  answered: true,
  prepare: async (crowd) => () =>
    times(30, () => {
      const email = `musician-${randomBytes(4).toString('hex')}@example.com`;
      return crowd.post('/api/auth/register', { email, password: `${randomBytes(12).toString('base64url')}a1` });
    }),
};

export const PILES: readonly Pile[] = [stripe, gcs, sendgrid];

function orderOf(paymentId: string, audio: Blob): FormData {
  const form = new FormData();
  form.set('payment_id', paymentId);
  form.set('render_config', JSON.stringify({ visualization: 'bars', resolution: '1280x720', fps: 30 }));
  form.set('audio_file', audio, 'track.wav');
  return form;
}
