import { createHmac } from 'node:crypto';

/** The same access token as it is once its time is over: of the same session, signed with the same secret. */
export function expiredToken(accessToken: string, secret: string): string {
  const [header = '', payload = ''] = accessToken.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly iat: number };
  const past = { ...claims, iat: claims.iat - 7_200, exp: claims.iat - 3_600 };
  const signed = `${header}.${Buffer.from(JSON.stringify(past)).toString('base64url')}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
