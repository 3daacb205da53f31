// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.MalformedMessageException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a connection's end means, and who hears of it. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

  private Failures() {}

  /** Closes a connection whose handler met this. */
  static void close(ChannelHandlerContext ctx, Wiring wiring, String who, Throwable cause) {
    Throwable root =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (root instanceof MalformedMessageException) {
      malformed(ctx, wiring, who, root.getMessage());
    } else if (root instanceof TooLongFrameException) {
      malformed(
          ctx,
          wiring,
          who,
          "a frame over the limit of "
              + wiring.options().maxFrameBytes
              + " bytes (option maxFrameBytes, the same on all members)");
    } else if (root instanceof IOException) {
      LOG.debug("lost the connection of {} ({})", who, ctx.channel().remoteAddress(), root);
      ctx.close();
    } else {
      LOG.error("closed the connection of {} ({})", who, ctx.channel().remoteAddress(), root);
      ctx.close();
    }
  }

  /** Closes a connection that brought bytes which are not ours. */
  static void malformed(ChannelHandlerContext ctx, Wiring wiring, String who, String problem) {
    wiring.counters().malformedConnections.increment();
    wiring
        .warnings()
        .warn(
            LimitedLog.Kind.MALFORMED,
            "closed the connection of "
                + who
                + " ("
                + ctx.channel().remoteAddress()
                + "): "
                + problem);
    ctx.close();
  }
}
