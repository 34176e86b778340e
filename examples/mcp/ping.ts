/** Asks an MCP server for nothing, without a token: its answer says whether it wants one. Some refuse nothing but a POST. */
export function ping(server: string): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'ping' });
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  return fetch(server, { method: 'POST', body, headers });
}
