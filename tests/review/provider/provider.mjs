// An OpenID Connect provider with made-up people, on a free port of 127.0.0.1; its address is the first line it prints.
// POST /people sets who there are ({sub: {name, roles}}), POST /spoil how the next ID tokens are wrong.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, decodeJwt, decodeProtectedHeader } from "jose";
import { Provider } from "oidc-provider";

const [client, secret, callback] = process.argv.slice(2);
const key = await generateKeyPair("RS256", { extractable: true });
const another = await generateKeyPair("RS256");
let people = {};
let spoil = {};

const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  start(issuer).then(() => console.log(issuer));
});

async function start(issuer) {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client,
        client_secret: secret,
        redirect_uris: [callback],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(key.privateKey)), kid: "one", alg: "RS256", use: "sig" }] },
    pkce: { required: () => true },
    scopes: ["openid", "profile"],
    claims: { openid: ["sub"], profile: ["name", "preferred_username", "email", "roles"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["of the tests"] },
    findAccount: (_, sub) => sub in people && { accountId: sub, claims: () => ({ sub, ...people[sub] }) },
    loadExistingGrant: async (ctx) => {
      const grant = new provider.Grant({ clientId: client, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid profile");
      await grant.save();
      return grant;
    },
  });
  // The staff app of the tests runs on any port of this machine.
  provider.Client.prototype.redirectUriAllowed = (address) => address.replace(/:\d+/, "") === callback;
  provider.use(async (ctx, next) => {
    if (ctx.path !== "/people" && ctx.path !== "/spoil") return next();
    const told = JSON.parse(await new Response(ctx.req).text());
    if (ctx.path === "/people") people = told;
    else spoil = told;
    ctx.status = 204;
  });
  provider.use(async (ctx, next) => {
    if (spoil.away === ctx.path) return void (ctx.status = 503);
    await next();
    if (ctx.body?.id_token) ctx.body.id_token = await spoiled(ctx.body.id_token);
  });
  server.on("request", provider.callback());
}

function spoiled(token) {
  const signed = new SignJWT({ ...decodeJwt(token), ...spoil.claims });
  return signed.setProtectedHeader(decodeProtectedHeader(token)).sign((spoil.signed ? another : key).privateKey);
}
