// SPDX-License-Identifier: Apache-2.0

/** Peers over TCP, by Netty. */
@SuppressWarnings("requires-automatic")
module dev.balsa.raft.netty {
  requires transitive dev.balsa.raft;
  requires com.google.protobuf;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires org.slf4j;

  exports dev.balsa.raft.netty;
}
