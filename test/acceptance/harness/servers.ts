/** A server that grants a ttl of one second: by default the least is two. */
export const quick = { args: ['--heartbeat-interval=20', '--election-timeout=200'] };
