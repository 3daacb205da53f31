// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets gRPC and HTTP/1.1 share the client port, as etcd does: the first three bytes of a connection
 * tell which it is.
 */
final class ProtocolSwitch implements InternalProtocolNegotiator.ProtocolNegotiator {
  private static final Logger log = LoggerFactory.getLogger(ProtocolSwitch.class);

  /** How a connection begins that speaks HTTP/2. */
  private static final int HTTP_2 = 'P' << 16 | 'R' << 8 | 'I';

  private static final int SIGNATURE_BYTES = 3;
  private static final int MAX_HTTP_BODY_BYTES = 1 << 16;
  private static final long LOG_EVERY_NANOS = 10_000_000_000L;

  private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
      InternalProtocolNegotiators.serverPlaintext();
  private final Supplier<ChannelHandler> http;

  /** When garbage was last logged; a flood of it must not become a flood of lines. */
  private volatile long loggedNanos = System.nanoTime() - LOG_EVERY_NANOS;

  /**
   * Makes a switch.
   *
   * @param http makes the handler of complete HTTP/1.1 requests for one connection
   */
  ProtocolSwitch(Supplier<ChannelHandler> http) {
    this.http = http;
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    return new Peek(grpc);
  }

  @Override
  public AsciiString scheme() {
    return plaintext.scheme();
  }

  @Override
  public void close() {
    plaintext.close();
  }

  private final class Peek extends ByteToMessageDecoder {
    private final GrpcHttp2ConnectionHandler grpc;

    /** gRPC starts its negotiation by one event; whoever really negotiates must get it. */
    private Object negotiation;

    Peek(GrpcHttp2ConnectionHandler grpc) {
      this.grpc = grpc;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (event instanceof ProtocolNegotiationEvent) {
        negotiation = event;
      } else {
        super.userEventTriggered(context, event);
      }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      if (in.readableBytes() < SIGNATURE_BYTES) {
        return;
      }
      int signature = in.getUnsignedMedium(in.readerIndex());
      if (signature == HTTP_2) {
        context.pipeline().addAfter(context.name(), null, plaintext.newHandler(grpc));
        context.fireUserEventTriggered(negotiation);
        // What was read so far goes on to the next handler.
        context.pipeline().remove(this);
      } else if (isHttpMethod(signature)) {
        context
            .pipeline()
            .addAfter(context.name(), "http", http.get())
            .addAfter(context.name(), null, new HttpObjectAggregator(MAX_HTTP_BODY_BYTES))
            .addAfter(context.name(), null, new HttpServerCodec())
            .remove(this);
      } else {
        in.skipBytes(in.readableBytes());
        logGarbage(context);
        context.close();
      }
    }

    private boolean isHttpMethod(int signature) {
      return switch (signature) {
        case 'G' << 16 | 'E' << 8 | 'T',
            'H' << 16 | 'E' << 8 | 'A',
            'P' << 16 | 'O' << 8 | 'S',
            'P' << 16 | 'U' << 8 | 'T',
            'D' << 16 | 'E' << 8 | 'L',
            'O' << 16 | 'P' << 8 | 'T' ->
            true;
        default -> false;
      };
    }

    private void logGarbage(ChannelHandlerContext context) {
      long now = System.nanoTime();
      if (now - loggedNanos >= LOG_EVERY_NANOS) {
        loggedNanos = now;
        log.warn(
            "closed a connection from {}, which speaks neither gRPC nor HTTP; this is the client"
                + " port, without TLS",
            context.channel().remoteAddress());
      }
    }
  }
}
