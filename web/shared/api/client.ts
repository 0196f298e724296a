import createClient from 'openapi-fetch';
import type { paths } from '../../generated/api.ts';
import { session } from '../session/session.ts';
import { fetchInTime } from './transport.ts';

/** The API with its types, asked as whoever is signed in; see `answerOf` for what comes back. */
export const api = createClient<paths>({ fetch: fetchSignedIn });

/** Sends the access token; where that is not good any more, gets another one and asks once again. */
async function fetchSignedIn(request: Request): Promise<Response> {
  const token = session.isSignedIn ? await session.accessToken() : null;
  if (token === null) return await fetchInTime(request);
  const again = request.clone();
  const response = await fetchInTime(withToken(request, token));
  if (response.status !== 401) return response;
  const renewed = await session.renew(token);
  return renewed === null ? response : await fetchInTime(withToken(again, renewed));
}

function withToken(request: Request, token: string): Request {
  request.headers.set('authorization', `Bearer ${token}`);
  return request;
}
