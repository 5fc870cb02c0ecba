/** What the programs of a cluster get: the path, and where the modules are that others of the test run have compiled. */
export function programEnvironment() {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  return { PATH, NODE_COMPILE_CACHE }
}
