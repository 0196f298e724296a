/** One complaint of the API about a request. */
export interface MailProblem {
  readonly message: string;
  readonly field: string | null;
  readonly help: string | null;
}

interface Mailbox {
  readonly email: string;
  readonly name: string | null;
}

/** One mail as it would leave SendGrid: there is one for each personalization. */
export interface OutgoingMail {
  readonly from: Mailbox;
  readonly reply_to: Mailbox | null;
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly custom_args: Readonly<Record<string, string>>;
  readonly categories: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const HELP = 'http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html';
const MAX_RECIPIENTS = 1_000;
const MAX_CUSTOM_ARGS_BYTES = 10_000;

/**
 * Reads the body of `POST /v3/mail/send` as SendGrid does.
 * @returns the mails, or everything that is wrong, worded and located as in SendGrid's table of mail errors.
 */
export function readMailRequest(
  body: unknown,
): { mails: readonly OutgoingMail[] } | { problems: readonly MailProblem[] } {
  if (!isObject(body)) return { problems: [{ message: 'Bad Request', field: null, help: null }] };
  const problems = [...checkPersonalizations(body), ...checkFrom(body), ...checkSubject(body), ...checkContent(body)];
  if (problems.length > 0) return { problems };
  return { mails: objects(body['personalizations']).map((personalization) => toMail(body, personalization)) };
}

function checkPersonalizations(body: Json): MailProblem[] {
  const personalizations = body['personalizations'];
  if (!Array.isArray(personalizations) || personalizations.length === 0) {
    return [
      problem(
        'The personalizations field is required and must have at least one personalization.',
        'personalizations',
        'Personalizations-Errors',
      ),
    ];
  }
  return personalizations.flatMap((entry: unknown, index) => {
    const field = `personalizations.${index}`;
    const personalization = isObject(entry) ? entry : {};
    return checkRecipients(personalization, field).concat(checkCustomArgs(personalization['custom_args'], field));
  });
}

function checkRecipients(personalization: Json, field: string): MailProblem[] {
  const to = personalization['to'];
  if (!Array.isArray(to) || to.length === 0) {
    return [
      problem(
        'The to array is required for all personalization objects, and must have at least one email object with a valid email address.',
        `${field}.to`,
        'message.personalizations.to',
      ),
    ];
  }
  const problems: MailProblem[] = [];
  const seen = new Set<string>();
  for (const kind of ['to', 'cc', 'bcc'] as const) {
    const entries: readonly unknown[] = Array.isArray(personalization[kind]) ? personalization[kind] : [];
    for (const [index, entry] of entries.entries()) {
      const email = isObject(entry) ? entry['email'] : undefined;
      if (!isAddress(email)) {
        problems.push(
          problem('Does not contain a valid address.', `${field}.${kind}.${index}.email`, 'message.recipient-errors'),
        );
      } else if (seen.has(email.toLowerCase())) {
        problems.push(
          problem(
            `Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of [${email}] in the ${field}.${kind} field.`,
            field,
            'message.recipient-errors',
          ),
        );
      } else seen.add(email.toLowerCase());
    }
  }
  if (seen.size > MAX_RECIPIENTS) {
    problems.push(
      problem('The maximum number of recipients for a personalization is 1000.', field, 'message.recipient-errors'),
    );
  }
  return problems;
}

function checkCustomArgs(args: unknown, field: string): MailProblem[] {
  if (args === undefined) return [];
  if (!isObject(args) || Object.values(args).some((value) => typeof value !== 'string')) {
    return [
      problem(
        'Custom args must be an object of strings.',
        `${field}.custom_args`,
        'message.personalizations.custom_args',
      ),
    ];
  }
  return Buffer.byteLength(JSON.stringify(args)) > MAX_CUSTOM_ARGS_BYTES
    ? [
        problem(
          'The custom args may not be larger than 10000 bytes.',
          `${field}.custom_args`,
          'message.personalizations.custom_args',
        ),
      ]
    : [];
}

function checkFrom(body: Json): MailProblem[] {
  const from = body['from'];
  if (!isObject(from) || from['email'] === undefined) {
    return [
      problem(
        'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.',
        'from',
        'message.from',
      ),
    ];
  }
  return isAddress(from['email'])
    ? []
    : [problem('The from email does not contain a valid address.', 'from.email', 'message.from')];
}

function checkSubject(body: Json): MailProblem[] {
  const everyOne = objects(body['personalizations']).every((entry) => isFilled(entry['subject']));
  return isFilled(body['subject']) || isFilled(body['template_id']) || everyOne
    ? []
    : [
        problem(
          'The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.',
          'subject',
          'message.subject',
        ),
      ];
}

function checkContent(body: Json): MailProblem[] {
  const content = body['content'];
  if (!Array.isArray(content) || content.length === 0) {
    return isFilled(body['template_id'])
      ? []
      : [
          problem(
            'Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block. We typically suggest both text/plain and text/html blocks are included, but only one block is required.',
            'content',
            'message.content',
          ),
        ];
  }
  const blocks = objects(content);
  const order = blocks.map((block) => block['type']);
  const problems = blocks.flatMap((block, index) =>
    (['type', 'value'] as const)
      .filter((member) => !isFilled(block[member]))
      .map((member) =>
        problem(
          `The content ${member} must be a string at least one character in length.`,
          `content.${index}.${member}`,
          `message.content.${member}`,
        ),
      ),
  );
  if (order.includes('text/plain') && order.indexOf('text/plain') !== 0) {
    problems.push(
      problem(
        'If present, text/plain and text/html may only be provided once, and text/plain must be first, followed by text/html.',
        'content',
        'message.content',
      ),
    );
  }
  return problems;
}

function toMail(body: Json, personalization: Json): OutgoingMail {
  const blocks = objects(body['content']);
  const block = (type: string): string | null => {
    const value = blocks.find((candidate) => candidate['type'] === type)?.['value'];
    return typeof value === 'string' ? value : null;
  };
  const categories: readonly unknown[] = Array.isArray(body['categories']) ? body['categories'] : [];
  return {
    from: toMailbox(body['from']),
    reply_to: isObject(body['reply_to']) ? toMailbox(body['reply_to']) : null,
    to: objects(personalization['to']).map(toMailbox),
    cc: objects(personalization['cc']).map(toMailbox),
    bcc: objects(personalization['bcc']).map(toMailbox),
    subject: [personalization['subject'], body['subject']].find(isFilled) ?? '',
    text: block('text/plain'),
    html: block('text/html'),
    headers: { ...strings(body['headers']), ...strings(personalization['headers']) },
    custom_args: { ...strings(body['custom_args']), ...strings(personalization['custom_args']) },
    categories: categories.filter((category) => typeof category === 'string'),
  };
}

function toMailbox(value: unknown): Mailbox {
  const { email, name } = isObject(value) ? value : {};
  return { email: typeof email === 'string' ? email : '', name: typeof name === 'string' ? name : null };
}

function problem(message: string, field: string, anchor: string): MailProblem {
  return { message, field, help: `${HELP}#${anchor}` };
}

/** Good enough for what SendGrid refuses at once; whether the address exists it says later. */
function isAddress(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 320 &&
    /^[^\s@<>()[\],;:\\"]{1,64}@[^\s@.<>()[\],;:\\"]+(\.[^\s@.<>()[\],;:\\"]+)+$/.test(value) &&
    !value.includes('..')
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map((entry: unknown) => (isObject(entry) ? entry : {})) : [];
}

function strings(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
