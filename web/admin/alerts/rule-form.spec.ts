import { ruleFrom } from './rule-form.ts';

const NUMBERS = { error_threshold: '5', time_window: '60', cooldown: '0' };

describe('ruleFrom', () => {
  it('reads a rule with its filters; what is left empty narrows nothing', () => {
    const fields = {
      ...NUMBERS,
      name: ' Slow ',
      kind: 'rate',
      notification_method: 'log',
      service: 'stripe',
      level: '',
    };
    expect(ruleFrom(fields, false)).toEqual({
      name: 'Slow',
      kind: 'rate',
      error_threshold: 5,
      time_window: 60,
      cooldown: 0,
      notification_method: 'log',
      filters: { code: null, service: 'stripe', level: null, group_id: null },
    });
  });

  it('leaves alone what a built-in rule is about', () => {
    const fields = { ...NUMBERS, name: 'x', kind: 'count', code: 'GONE', notification_method: 'log' };
    expect(ruleFrom(fields, true)).toEqual({
      error_threshold: 5,
      time_window: 60,
      cooldown: 0,
      notification_method: 'log',
    });
  });

  it('takes several addresses, and none for the administrators', () => {
    const fields = { ...NUMBERS, notification_method: 'email', email_addresses: 'a@x.io, b@x.io;c@x.io' };
    expect(ruleFrom(fields, true).email_addresses).toEqual(['a@x.io', 'b@x.io', 'c@x.io']);
    expect(ruleFrom({ ...fields, email_addresses: '  ' }, true).email_addresses).toBeNull();
  });

  it('keeps the secret of a webhook that is not typed anew', () => {
    const fields = { ...NUMBERS, notification_method: 'webhook', webhook_url: 'https://x.io/', webhook_secret: '' };
    expect(ruleFrom(fields, true)).not.toHaveProperty('webhook_secret');
    expect(ruleFrom({ ...fields, webhook_secret: ' typed with care ' }, true).webhook_secret).toBe(' typed with care ');
  });
});
