/**
 * Peers over TCP: {@link dev.balsa.raft.netty.NettyTransport}, and the bytes of messages: {@link
 * dev.balsa.raft.netty.ProtobufMessageCodec}.
 */
package dev.balsa.raft.netty;
