import { securityHeaders } from './security-headers.js';

describe('securityHeaders', () => {
  it('are what helmet sets, with the options that it is given', () => {
    const headers = securityHeaders({ strictTransportSecurity: { maxAge: 600 }, xFrameOptions: { action: 'deny' } });
    expect(headers).toMatchObject({
      'strict-transport-security': 'max-age=600; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(securityHeaders({ strictTransportSecurity: false })['strict-transport-security']).toBeUndefined();
  });

  it('refuse options that helmet refuses', () => {
    expect(() => securityHeaders({ referrerPolicy: { policy: [] } })).toThrow('Referrer-Policy');
  });
});
