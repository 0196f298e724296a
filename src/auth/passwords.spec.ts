import { Passwords } from './passwords.js';

describe('Passwords', () => {
  const passwords = new Passwords();

  it('knows the password of a hash, and hashes each time differently', async () => {
    const one = await passwords.hash('correct-horse-1');
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await passwords.hash('correct-horse-1')).not.toBe(one);
    expect(await passwords.matches(one, 'correct-horse-1')).toBe(true);
    expect(await passwords.matches(one, 'correct-horse-2')).toBe(false);
  });

  it('takes composed and decomposed characters for the same', async () => {
    const hash = await passwords.hash('müde-7-é'.normalize('NFC'));
    expect(await passwords.matches(hash, 'müde-7-é'.normalize('NFD'))).toBe(true);
  });

  it('says no where there is no hash', async () => {
    expect(await passwords.matches(undefined, 'anything-1')).toBe(false);
  });
});
