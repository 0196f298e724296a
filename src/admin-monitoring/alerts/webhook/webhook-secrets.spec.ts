import { testConfig } from '../../../config/testing.js';
import { WebhookSecrets } from './webhook-secrets.js';

const SECRET = 'a secret of at least sixteen characters, or ünïcode';
const unreadable = expect.objectContaining({ code: 'ALERT_WEBHOOK_SECRET_UNREADABLE' });

describe('WebhookSecrets', () => {
  const secrets = new WebhookSecrets(testConfig());

  it('opens what it sealed, which shows nothing and is never the same twice', () => {
    const sealed = secrets.seal(SECRET, 'rule-1');
    expect(secrets.open(sealed, 'rule-1')).toBe(SECRET);
    expect(sealed).not.toContain('secret');
    expect(secrets.seal(SECRET, 'rule-1')).not.toBe(sealed);
  });

  it('opens nothing for another rule, with another key, or that was changed', () => {
    const sealed = secrets.seal(SECRET, 'rule-1');
    const elsewhere = new WebhookSecrets(testConfig({ auth: { jwtSecret: 'another-jwt-secret-of-32-characters!' } }));
    const changed = `${sealed.slice(0, -6)}AAAA${sealed.slice(-2)}`;
    expect(() => secrets.open(sealed, 'rule-2')).toThrow(unreadable);
    expect(() => elsewhere.open(sealed, 'rule-1')).toThrow(unreadable);
    expect(() => secrets.open(changed, 'rule-1')).toThrow(unreadable);
    expect(() => secrets.open('', 'rule-1')).toThrow(unreadable);
  });
});
