import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * What helmet puts on a response. It depends on nothing in the request, so it is asked once: for every request, helmet would
 * build its policies and set its headers anew.
 */
export function securityHeaders(options: HelmetOptions): Readonly<OutgoingHttpHeaders> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return Object.freeze({ ...response.getHeaders() });
}
