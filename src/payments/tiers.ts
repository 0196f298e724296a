/** What a customer can buy: one paid credit of a tier renders one video within its limits. */
export interface Tier {
  readonly id: TierId;
  readonly name: string;
  readonly amountCents: number;
  /** ISO 4217 code in lower case, as Stripe writes it. */
  readonly currency: string;
  /** Picture sizes (`width`x`height`) that the tier covers, the largest first. */
  readonly resolutions: readonly string[];
  readonly maxDurationSeconds: number;
}

export const TIER_IDS = ['basic', 'standard', 'premium'] as const;

export type TierId = (typeof TIER_IDS)[number];

/** The price list. Prices are the server's and are copied into the payment when it is made. */
export const TIERS: Readonly<Record<TierId, Tier>> = {
  basic: {
    id: 'basic',
    name: 'Basic',
    amountCents: 299,
    currency: 'usd',
    resolutions: ['1280x720', '854x480'],
    maxDurationSeconds: 300,
  },
  standard: {
    id: 'standard',
    name: 'Standard',
    amountCents: 999,
    currency: 'usd',
    resolutions: ['1920x1080', '1280x720', '854x480', '1080x1080'],
    maxDurationSeconds: 480,
  },
  premium: {
    id: 'premium',
    name: 'Premium',
    amountCents: 1999,
    currency: 'usd',
    resolutions: ['1920x1080', '1280x720', '854x480', '1080x1080', '1080x1920'],
    maxDurationSeconds: 600,
  },
};
