/** The cluster does not work without any fault of ours, so nothing can be said about it. The message is for whoever runs it. */
export class ClusterFault extends Error {
  override readonly name = 'ClusterFault'
}
