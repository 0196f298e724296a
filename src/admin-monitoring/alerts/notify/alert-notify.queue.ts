import { defineQueue } from '../../../platform/jobs/index.js';

export interface AlertNotifyPayload {
  readonly notificationId: string;
}

/** One job per notification. Its tries spread over about half an hour: later nobody wants to hear of it. */
export const ALERT_NOTIFY_QUEUE = defineQueue<AlertNotifyPayload>({
  name: 'alert-notify',
  retryLimit: 10,
  retryDelaySeconds: 2,
  retryBackoff: true,
  retryDelayMaxSeconds: 600,
  expireSeconds: 60,
});
