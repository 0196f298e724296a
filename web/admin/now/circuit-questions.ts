import type { ServiceName } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import type { Choice, Question } from '../ui/ask-dialog.tsx';

const EXPIRY: Choice = {
  label: 'Ends by itself after',
  options: [
    { value: '300', label: '5 minutes' },
    { value: '900', label: '15 minutes' },
    { value: '3600', label: '1 hour' },
    { value: '14400', label: '4 hours' },
    { value: '86400', label: '1 day' },
  ],
};

/** The changes that an operator can make to a circuit. */
export function reset(service: ServiceName): Question {
  return {
    title: `Reset ${service}`,
    effect: 'Closes its circuit on every instance, forgets its failures, and ends what an operator ordered.',
    confirm: 'Reset',
    act: async (reason) => {
      const options = { params: { path: { service } }, body: { reason } };
      await answerOf(api.POST('/admin/api/monitoring/circuit-breakers/reset/{service}', options));
    },
  };
}

export function resetAll(): Question {
  return {
    title: 'Reset all circuits',
    effect: 'Closes every circuit on every instance and ends what operators ordered.',
    confirm: 'Reset all',
    act: async (reason) => {
      await answerOf(api.POST('/admin/api/monitoring/circuit-breakers/reset-all', { body: { reason } }));
    },
  };
}

export function forceOpen(service: ServiceName): Question {
  return {
    title: `Force ${service} open`,
    effect: 'No call to it is let through on any instance; customers get what stands in for it.',
    confirm: 'Force open',
    choice: EXPIRY,
    act: async (reason, seconds) => {
      const options = { params: { path: { service } }, body: { reason, expires_in: Number(seconds) } };
      await answerOf(api.POST('/admin/api/monitoring/circuit-breakers/{service}/force-open', options));
    },
  };
}

export function disable(service: ServiceName): Question {
  return {
    title: `Disable the circuit of ${service}`,
    effect: 'Every call to it is let through on every instance, however many fail.',
    confirm: 'Disable',
    choice: EXPIRY,
    act: async (reason, seconds) => {
      const options = { params: { path: { service } }, body: { reason, expires_in: Number(seconds) } };
      await answerOf(api.POST('/admin/api/monitoring/circuit-breakers/{service}/disable', options));
    },
  };
}
