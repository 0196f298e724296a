import type { Clock } from '../platform/time/index.js';

/** What the doubles need to know; every credential is the sandbox's own and opens nothing else. */
export interface SandboxOptions {
  /** Address to listen on; a loopback address. */
  readonly host: string;
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Directory that holds everything that must survive a restart. One running sandbox per directory. */
  readonly stateDir: string;
  readonly stripe: {
    /** Where signed events are sent; null sends none (they can still be listed and redelivered). */
    readonly webhookUrl: string | null;
    readonly webhookSecret: string;
    readonly secretKey: string;
    /** How long an asynchronous payment stays unpaid before it settles. */
    readonly asyncSettlementMs?: number;
    /** First pause before a failed webhook is sent again; it doubles from there. */
    readonly webhookRetryMs?: number;
  };
  readonly gcs: {
    readonly bucket: string;
    /** The service account whose signatures on URLs are accepted. */
    readonly clientEmail: string;
    /** PEM public key of that account; without one, no signed URL can be verified and all are refused. */
    readonly publicKey?: string;
  };
  readonly sendgrid: { readonly apiKey: string };
  readonly clock?: Clock;
  /** Told of every request that failed for a reason of our own; writes to stderr when absent. */
  readonly onError?: (error: unknown, request: string) => void;
}
