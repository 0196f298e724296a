import { isPublicAddress } from './public-address.js';

const PUBLIC = [
  '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0',
  '168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0',
  '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255',
  '2001:200::1', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '2003::1', '3ffe:ffff::1',
]; // prettier-ignore

const NOT_PUBLIC = [
  // This network, private use, carrier-grade NAT, loopback, link-local with the metadata services.
  '0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.100.100.200', '100.127.255.255',
  '127.0.0.1', '127.255.255.255', '168.63.129.16', '169.254.0.1', '169.254.169.254', '172.16.0.0', '172.31.255.255',
  '192.168.0.0', '192.168.255.255',
  // Protocol assignments, documentation, benchmarks, 6to4 relays, multicast, reserved, broadcast.
  '192.0.0.192', '192.0.2.1', '192.88.99.1', '198.18.0.0', '198.19.255.255', '198.51.100.1', '203.0.113.1',
  '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255',
  // Unspecified, loopback, IPv4-compatible and -mapped (also of public addresses), NAT64 with its local-use prefix.
  '::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '64:ff9b:1::1',
  // Discard-only, Teredo, documentation, 6to4 of 127.0.0.1, unique local with a metadata service, link- and site-local, multicast.
  '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%lo',
  'fec0::1', 'ff02::1', '5f00::1',
  // No addresses.
  '', 'localhost', '127.1', '2130706433', '0x7f000001', '[::1]', '1.1.1.1 ', '256.1.1.1',
]; // prettier-ignore

describe('isPublicAddress', () => {
  it.each(PUBLIC)('takes %s for public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each(NOT_PUBLIC)('does not take "%s" for public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
