import type { ErrorGroupDecision } from '../../generated/api.ts';
import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import type { Question } from '../ui/ask-dialog.tsx';

const HOUR_MS = 3_600_000;

/** What an operator can decide about a group. */
export function resolve(id: string): Question {
  return {
    title: 'Resolve this group',
    effect: 'It is solved. Should it come back, it is regressed, and that notifies.',
    confirm: 'Resolve',
    act: async (reason) => await decide(id, { state: 'resolved', reason }),
  };
}

export function reopen(id: string): Question {
  return {
    title: 'Reopen this group',
    effect: 'It is to be solved again.',
    confirm: 'Reopen',
    act: async (reason) => await decide(id, { state: 'unresolved', reason }),
  };
}

export function ignore(id: string): Question {
  return {
    title: 'Ignore this group',
    effect: 'It is counted and raises no alert until then.',
    confirm: 'Ignore',
    choice: {
      label: 'Until',
      options: [
        { value: '1', label: 'an hour has passed' },
        { value: '24', label: 'a day has passed' },
        { value: '168', label: 'a week has passed' },
        { value: '', label: 'somebody reopens it' },
      ],
    },
    act: async (reason, hours) => {
      const until = hours === '' ? {} : { ignore_until: new Date(Date.now() + Number(hours) * HOUR_MS).toISOString() };
      await decide(id, { state: 'ignored', reason, ...until });
    },
  };
}

interface Decision {
  readonly state: ErrorGroupDecision;
  readonly reason: string;
  readonly ignore_until?: string;
}

async function decide(id: string, body: Decision): Promise<void> {
  await answerOf(api.PATCH('/admin/api/monitoring/errors/groups/{id}', { params: { path: { id } }, body }));
}
