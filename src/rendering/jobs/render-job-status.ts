/** States a customer sees. `queued` and `processing` are live: they hold the credit. The other three are final. */
export const RENDER_JOB_STATUSES = ['queued', 'processing', 'completed', 'failed', 'cancelled'] as const;

export type RenderJobStatus = (typeof RENDER_JOB_STATUSES)[number];

/** What a worker does at the moment; only while `processing`. */
export const RENDER_STAGES = ['fetching', 'analysing', 'rendering', 'storing'] as const;

export type RenderStage = (typeof RENDER_STAGES)[number];

/** Whether nothing will happen to a job in this state any more, unless the customer retries it. */
export function isFinal(status: RenderJobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
