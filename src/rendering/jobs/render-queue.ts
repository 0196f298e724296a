import { defineQueue } from '../../platform/jobs/index.js';

/** What the queue carries; everything else is in the row. */
export interface RenderPayload {
  readonly jobId: string;
  /** The message is void when the row has moved on to another generation. */
  readonly generation: number;
}

/**
 * The row counts the attempts, not the queue: only one that really began and failed, or died, is one. The queue itself
 * redelivers as long as it is told to, at most every half minute.
 */
export const RENDER_QUEUE = defineQueue<RenderPayload>({
  name: 'render',
  retryLimit: 10_000,
  retryDelaySeconds: 2,
  retryBackoff: true,
  retryDelayMaxSeconds: 30,
  heartbeatSeconds: 10,
  // The longest render may take 8 × 600 s; fetching and storing come on top.
  expireSeconds: 7_200,
});

/** Looks after rows whose message got lost and tracks nobody needs any more. */
export const RENDER_HOUSEKEEPING_QUEUE = defineQueue<Record<string, never>>({
  name: 'render.housekeeping',
  retryLimit: 0,
});
