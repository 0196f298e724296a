import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { RegisterDto } from './auth.dto.js';

const GOOD = { email: 'ada@example.com', password: 'correct-horse-1' };

describe('RegisterDto', () => {
  const refused = (body: object): readonly string[] =>
    validateSync(plainToInstance(RegisterDto, body)).map(({ property }) => property);

  it('normalises the address', () => {
    const dto = plainToInstance(RegisterDto, { ...GOOD, email: '  ADA@Example.COM ' });
    expect(dto.email).toBe('ada@example.com');
    expect(validateSync(dto)).toEqual([]);
  });

  it.each([
    'abcdefg1\u0000',
    'abcdefg1\ud800',
    'short1',
    'only-letters',
    '1234567890',
    `a1${'x'.repeat(127)}`,
    7,
    null,
  ])('refuses the password %j', (password) => {
    expect(refused({ ...GOOD, password })).toEqual(['password']);
  });

  it.each([
    '',
    'nobody',
    'a@b',
    'a b@example.com',
    'a\u0000@example.com',
    'a\r\nbcc: x@example.com',
    ['a@example.com'],
    {},
  ])('refuses the address %j', (email) => {
    expect(refused({ ...GOOD, email })).toEqual(['email']);
  });

  it('takes letters and digits of any script', () => {
    expect(refused({ ...GOOD, password: 'пароль-٧٧' })).toEqual([]);
  });
});
