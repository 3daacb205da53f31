// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport.Listener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import java.util.concurrent.Executor;

/**
 * What the parts of one started transport share.
 *
 * @param options the settings; no longer changed
 * @param self who this member is
 * @param listener whom to tell
 * @param loops the event loops
 * @param files runs what may block on a disk: reading and writing of snapshots
 * @param names runs what may block on a name server
 * @param channels every open connection
 * @param counters what is counted
 * @param warnings what anyone may cause
 */
record Wiring(
    TransportOptions options,
    LogIdentity self,
    Listener listener,
    EventLoopGroup loops,
    Executor files,
    Executor names,
    ChannelGroup channels,
    Counters counters,
    LimitedLog warnings) {}
