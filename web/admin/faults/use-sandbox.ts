import { answerOf } from '../../shared/api/answer.ts';
import { api } from '../../shared/api/client.ts';
import { usePolled } from '../live/use-polled.ts';

/** It does not change while the product runs; a question that was not answered is asked again. */
const POLL_MS = 60_000;

/** Whether doubles stand in for dependencies; false until that is known. */
export function useSandbox(): boolean {
  const health = usePolled(
    async (signal) => (await answerOf(api.GET('/admin/api/monitoring/health/services', { signal }))).data,
    POLL_MS,
  );
  return health.value?.sandbox ?? false;
}
