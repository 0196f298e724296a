import type { FastifyInstance } from 'fastify';
import { html, page, PAGE_HEADERS } from '../pages/html.js';
import type { MailQuery, ReceivedMail, SandboxMailbox } from './mailbox.js';

interface SearchQuery {
  readonly Querystring: { readonly to?: string; readonly subject?: string; readonly limit?: string };
}

interface MailParams {
  readonly Params: { readonly id: string };
}

const PAGE_SIZE = 100;

/**
 * `/mailbox` for people and `/mailbox/messages` for clients: what was sent, newest first, with the filters `to`,
 * `subject` and `limit`.
 */
export function mailboxRoutes(instance: FastifyInstance, mailbox: SandboxMailbox): void {
  instance.get<SearchQuery>('/mailbox', (request, reply) => {
    const mails = mailbox.search(toQuery(request.query));
    return reply.headers(PAGE_HEADERS).send(listPage(mails, request.query.to ?? ''));
  });

  instance.get<MailParams>('/mailbox/:id', (request, reply) => {
    const mail = mailbox.find(request.params.id);
    if (mail === undefined) return reply.code(404).headers(PAGE_HEADERS).send(missingPage());
    return reply.headers(PAGE_HEADERS).send(mailPage(mail));
  });

  instance.get<SearchQuery>('/mailbox/messages', (request) => ({ messages: mailbox.search(toQuery(request.query)) }));

  instance.get<MailParams>('/mailbox/messages/:id', (request, reply) => {
    const mail = mailbox.find(request.params.id);
    return mail ?? reply.code(404).send({ error: 'unknown_message', message: 'There is no such mail' });
  });

  instance.delete('/mailbox/messages', (_request, reply) => {
    mailbox.clear();
    return reply.code(204).send();
  });
}

function toQuery({ to, subject, limit }: SearchQuery['Querystring']): MailQuery {
  const wanted = Number(limit);
  return {
    ...(to === undefined || to === '' ? {} : { to }),
    ...(subject === undefined ? {} : { subject }),
    limit: Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, 1_000) : PAGE_SIZE,
  };
}

function listPage(mails: readonly ReceivedMail[], to: string): string {
  const rows = mails.map(
    (mail) =>
      html`<tr>
        <td><a href="/mailbox/${mail.id}">${mail.subject}</a></td>
        <td>${recipients(mail)}</td>
        <td class="muted">${mail.received_at}</td>
      </tr>`,
  );
  return page(
    'Mailbox',
    html`<h1>Mailbox</h1>
      <form method="get" action="/mailbox" class="card">
        <label for="to">Show mails to</label>
        <input type="text" id="to" name="to" value="${to}" placeholder="somebody@example.com" />
      </form>
      ${
        mails.length === 0
          ? html`<p class="muted">No mail yet.</p>`
          : html`<table>
              <thead>
                <tr>
                  <th>Subject</th>
                  <th>To</th>
                  <th>Sent</th>
                </tr>
              </thead>
              <tbody>
                ${rows}
              </tbody>
            </table>`
      }`,
    { wide: true },
  );
}

function mailPage(mail: ReceivedMail): string {
  const body =
    mail.html === null
      ? html`<pre class="card">${mail.text ?? ''}</pre>`
      : html`<iframe
            title="The mail as its reader sees it"
            sandbox="allow-popups allow-popups-to-escape-sandbox"
            srcdoc="${frameDocument(mail.html)}"
          ></iframe>
          <details>
            <summary>Plain text</summary>
            <pre class="card">${mail.text ?? '(none)'}</pre>
          </details>`;
  return page(
    mail.subject,
    html`<p><a href="/mailbox">All mails</a></p>
      <h1>${mail.subject}</h1>
      <p class="muted">
        From ${mail.from.name ?? ''} &lt;${mail.from.email}&gt; to ${recipients(mail)}, ${mail.received_at}
      </p>
      ${body}`,
    { wide: true },
  );
}

function missingPage(): string {
  return page(
    'No such mail',
    html`<h1>No such mail</h1>
      <p><a href="/mailbox">All mails</a></p>`,
  );
}

/** Links leave the frame, which itself may neither run scripts nor load anything. */
function frameDocument(mailHtml: string): string {
  return `<base target="_blank"><meta name="referrer" content="no-referrer">${mailHtml}`;
}

function recipients(mail: ReceivedMail): string {
  return [...mail.to, ...mail.cc, ...mail.bcc].map(({ email }) => email).join(', ');
}
