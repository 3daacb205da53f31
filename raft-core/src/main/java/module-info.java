/** The Raft algorithm, free of IO, and the host that runs it. */
@SuppressWarnings("module") // the simulator is not there when the core is compiled
module dev.balsa.raft {
  requires org.slf4j;

  exports dev.balsa.raft;
  exports dev.balsa.raft.message;
  exports dev.balsa.raft.model;
  exports dev.balsa.raft.node;
  exports dev.balsa.raft.node.threads;
  exports dev.balsa.raft.spi;
  exports dev.balsa.raft.trace;
  exports dev.balsa.raft.state to
      dev.balsa.raft.simulator;
}
