// The npm package oidc-provider on 127.0.0.1 over TLS, on a port of the system's choice.
//
//   node oidc-provider.mjs FOLDER
//
// FOLDER/settings.json has the certificate, the registrations and the end user. When the server listens, FOLDER/issuer
// has its issuer. FOLDER/token-requests.jsonl gets one line for each token request: the names of its parameters, the
// registration that it is for, where a secret was, and the answer. A SIGHUP gives it a new key, and ends all sessions.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

import Provider from 'oidc-provider';

const folder = process.argv[2];
const settings = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));

function newKey() {
  const kid = randomBytes(8).toString('hex');
  console.log(`signs with ${kid}`);
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  return { ...key, kid, alg: 'RS256', use: 'sig' };
}

const configuration = {
  clients: settings.clients,
  cookies: { keys: [randomBytes(32).toString('hex')] },
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'], profile: ['name', 'preferred_username'] },
  // The package's own pages take any name and password; only this end user has an account.
  findAccount: (ctx, id) => (id === settings.user.sub ? { accountId: id, claims: () => settings.user } : undefined),
  features: { devInteractions: { enabled: true }, jwtUserinfo: { enabled: true } },
};

async function logRequests(ctx, next) {
  console.log(`${ctx.method} ${ctx.path}`);
  try {
    await next();
  } finally {
    if (ctx.method === 'POST' && ctx.path === '/token') {
      const parameters = Object.keys(ctx.oidc?.body ?? {}).sort();
      const line = {
        registration: ctx.oidc?.client?.clientId ?? null,
        parameters,
        authorization_header: ctx.headers.authorization !== undefined,
        client_secret: parameters.includes('client_secret'),
        status: ctx.status,
        error: ctx.body?.error ?? null,
      };
      appendFileSync(join(folder, 'token-requests.jsonl'), `${JSON.stringify(line)}\n`);
    }
  }
}

const server = createServer({ cert: readFileSync(settings.certificate), key: readFileSync(settings.key) });

function provide() {
  const issuer = `https://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, { ...configuration, jwks: { keys: [newKey()] } });
  provider.on('server_error', (ctx, error) => console.error(error));
  provider.use(logRequests);
  server.removeAllListeners('request');
  server.on('request', provider.callback());
  return issuer;
}

server.listen(0, '127.0.0.1', () => {
  writeFileSync(join(folder, 'issuer.new'), provide());
  renameSync(join(folder, 'issuer.new'), join(folder, 'issuer'));
});
process.on('SIGHUP', provide);
