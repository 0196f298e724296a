import type sendgrid from '@sendgrid/mail';
import type { SendgridConfig } from '../../config/index.js';
import { isApiError } from '../../platform/errors/index.js';
import type { MailLookup, MailMessage, MailSender } from '../ports/mail-sender.port.js';
import { translateSendgridError } from './sendgrid-error-translator.js';

/** Name of the custom argument that carries our id. */
const ID_ARGUMENT = 'email_id';

interface SendgridResponse {
  readonly headers: unknown;
  readonly body: unknown;
}

/** The HTTP client of a mail service; the SDK's declarations keep it to themselves. */
interface SendgridClient {
  setDefaultRequest(defaults: Readonly<Record<string, unknown>>): unknown;
  request(request: Readonly<Record<string, unknown>>): Promise<readonly [SendgridResponse, unknown]>;
}

type MailService = Pick<typeof sendgrid, 'send' | 'setApiKey'> & { readonly client: SendgridClient };
type MailServiceModule = { readonly MailService: new () => MailService };

/** SendGrid through its SDK, one HTTP request per call: retries are the outbox's. */
export class SendgridDriver implements MailSender {
  constructor(private readonly config: SendgridConfig) {}

  async send(message: MailMessage, signal: AbortSignal): Promise<{ messageId: string | null }> {
    const { fromAddress, fromName } = this.config;
    return await this.call(signal, async (service) => {
      const [response] = await service.send({
        to: message.to,
        from: { email: fromAddress, name: fromName },
        subject: message.subject,
        text: message.text,
        html: message.html,
        categories: [message.category],
        customArgs: { [ID_ARGUMENT]: message.emailId },
        // Links carry one-time tokens: they must reach the customer as written and nobody else.
        trackingSettings: { clickTracking: { enable: false, enableText: false } },
      });
      return { messageId: headerOf(response.headers, 'x-message-id') };
    });
  }

  /** By the Email Activity API, which an account may lack (the answer is 401, 403 or 404 then). */
  async find(emailId: string, signal: AbortSignal): Promise<MailLookup> {
    return await this.call(signal, async ({ client }) => {
      try {
        const [response] = await client.request({
          method: 'GET',
          url: '/v3/messages',
          qs: { limit: 1, query: `unique_args['${ID_ARGUMENT}']="${emailId}"` },
        });
        return lookupOf(response.body);
      } catch (error) {
        if (isRefusal(error)) {
          return { state: 'unknown' };
        }
        throw error;
      }
    });
  }

  async ping(signal: AbortSignal): Promise<void> {
    await this.call(signal, async ({ client }) => {
      try {
        await client.request({ method: 'GET', url: '/v3/scopes' });
      } catch (error) {
        // An emulator without this route has answered, which is what was asked.
        if (statusOf(error) !== 404) {
          throw error;
        }
      }
    });
  }

  private async call<T>(signal: AbortSignal, request: (service: MailService) => Promise<T>): Promise<T> {
    try {
      signal.throwIfAborted();
      return await request(await this.serviceFor(signal));
    } catch (error) {
      throw isApiError(error) ? error : translateSendgridError(error, signal, new Date());
    }
  }

  /**
   * A service for one call. Each has a client of its own, whose defaults are the only way for the attempt's signal to
   * reach the socket; the module's singleton would share them with the whole process. The SDK is loaded by the first call, since
   * a process that mails nothing does without it and its HTTP client.
   */
  private async serviceFor(signal: AbortSignal): Promise<MailService> {
    const { default: sendgrid } = await import('@sendgrid/mail');
    const { MailService } = sendgrid as unknown as MailServiceModule;
    const service = new MailService();
    service.setApiKey(this.config.apiKey);
    // After the key: setting the key resets the base URL.
    service.client.setDefaultRequest({
      ...(this.config.apiBase === null ? {} : { baseUrl: this.config.apiBase }),
      signal,
      maxRedirects: 0,
    });
    return service;
  }
}

function headerOf(headers: unknown, name: string): string | null {
  const value: unknown = isRecord(headers) ? headers[name] : undefined;
  return typeof value === 'string' ? value : null;
}

function lookupOf(body: unknown): MailLookup {
  const messages: unknown = isRecord(body) ? body['messages'] : undefined;
  if (!Array.isArray(messages)) {
    return { state: 'unknown' };
  }
  const [message]: unknown[] = messages;
  if (message === undefined) {
    return { state: 'not_found' };
  }
  return {
    state: 'accepted',
    messageId: isRecord(message) && typeof message['msg_id'] === 'string' ? message['msg_id'] : null,
  };
}

/** The account may not look, as opposed to: looking failed. */
function isRefusal(error: unknown): boolean {
  return [400, 401, 403, 404].includes(statusOf(error) ?? 0);
}

function statusOf(error: unknown): number | null {
  return isRecord(error) && typeof error['code'] === 'number' ? error['code'] : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
