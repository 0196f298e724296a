import type { QueuedJobResponse } from '../../generated/api.ts';
import { failureFrom, RequestFailed } from '../../shared/api/failure.ts';
import { session } from '../../shared/session/session.ts';
import type { Draft } from '../draft/draft-store.ts';

/**
 * Uploads the track and has the paid video made. Not with `fetch`, which tells nothing about the progress of an upload.
 *
 * @param onProgress - share of the file that is sent, 0–1
 * @returns the id of the job. When an earlier answer was lost, the job that this payment was used for.
 * @throws RequestFailed
 */
export async function submitTrack(
  { file, look }: Draft,
  paymentId: string,
  onProgress: (share: number) => void,
): Promise<string> {
  if (file === null) throw new Error('There is no track to send');
  const form = new FormData();
  form.set('payment_id', paymentId);
  form.set('render_config', JSON.stringify(look));
  form.set('audio_file', file, file.name);
  const token = await session.accessToken();
  try {
    return await send(form, token, onProgress);
  } catch (error) {
    const { failure } = error as RequestFailed;
    if (failure?.kind !== 'answered') throw error;
    const usedFor = failure.details['job_id'];
    if (failure.code === 'PAYMENT_ALREADY_USED' && typeof usedFor === 'string') return usedFor;
    if (failure.status !== 401 || token === null) throw error;
    const renewed = await session.renew(token);
    if (renewed === null) throw error;
    return await send(form, renewed, onProgress);
  }
}

function send(form: FormData, token: string | null, onProgress: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/jobs/render/submit');
    if (token !== null) request.setRequestHeader('authorization', `Bearer ${token}`);
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total));
    request.addEventListener('load', () => {
      const body = parsed(request.responseText);
      if (request.status === 202) resolve((body as QueuedJobResponse).job_id);
      else reject(new RequestFailed(failureFrom(request.status, headersOf(request), body)));
    });
    request.addEventListener('error', () => reject(new RequestFailed({ kind: 'unreachable' })));
    request.send(form);
  });
}

function headersOf(request: XMLHttpRequest): Headers {
  const retryAfter = request.getResponseHeader('retry-after');
  return new Headers(retryAfter === null ? {} : { 'retry-after': retryAfter });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, which the failure then says.
    return text;
  }
}
