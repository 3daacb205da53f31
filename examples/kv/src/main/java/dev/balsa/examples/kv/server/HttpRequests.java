// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.Result;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** What the client port answers to plain HTTP: /health and /version. One for each connection. */
final class HttpRequests extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final ServiceContext context;

  /** Requests of this connection, answered in order: the first is being answered. */
  private final ArrayDeque<Request> requests = new ArrayDeque<>();

  /** What of a request its answer depends on. */
  private record Request(HttpMethod method, String path, boolean isIntact, boolean keepAlive) {}

  HttpRequests(ServiceContext context) {
    this.context = context;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext channel, FullHttpRequest request) {
    boolean isIntact = request.decoderResult().isSuccess();
    requests.add(
        new Request(
            request.method(),
            isIntact ? new QueryStringDecoder(request.uri()).path() : "",
            isIntact,
            isIntact && HttpUtil.isKeepAlive(request)));
    // No more is read than is answered, or a client could fill the heap.
    channel.channel().config().setAutoRead(false);
    if (requests.size() == 1) {
      answer(channel);
    }
  }

  private void answer(ChannelHandlerContext channel) {
    Request request = requests.element();
    boolean isKnown = request.path.equals("/health") || request.path.equals("/version");
    if (!request.isIntact) {
      respond(channel, HttpResponseStatus.BAD_REQUEST, TEXT, "400 Bad Request\n");
    } else if (!isKnown) {
      respond(channel, HttpResponseStatus.NOT_FOUND, TEXT, "404 page not found\n");
    } else if (request.method != HttpMethod.GET) {
      respond(channel, HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, "Method Not Allowed\n");
    } else if (request.path.equals("/version")) {
      String version = MaintenanceService.API_VERSION;
      String cluster = version.substring(0, version.lastIndexOf('.')) + ".0";
      String body = "{\"etcdserver\":\"" + version + "\",\"etcdcluster\":\"" + cluster + "\"}";
      respond(channel, HttpResponseStatus.OK, JSON, body);
    } else {
      respondHealth(channel);
    }
  }

  /** Healthy is who can serve a linearizable read. */
  private void respondHealth(ChannelHandlerContext channel) {
    if (context.replica().status().leader() == 0) {
      respondUnhealthy(channel, "RAFT NO LEADER");
      return;
    }
    context
        .requests()
        .awaitFresh(
            new Requests.Outcome() {
              @Override
              public void onResult(Result none) {
                String body = "{\"health\":\"true\",\"reason\":\"\"}";
                channel
                    .executor()
                    .execute(() -> respond(channel, HttpResponseStatus.OK, JSON, body));
              }

              @Override
              public void onError(KvError error) {
                channel
                    .executor()
                    .execute(() -> respondUnhealthy(channel, error.status().getDescription()));
              }
            });
  }

  private void respondUnhealthy(ChannelHandlerContext channel, String reason) {
    String body = "{\"health\":\"false\",\"reason\":\"" + reason + "\"}";
    respond(channel, HttpResponseStatus.SERVICE_UNAVAILABLE, JSON, body);
  }

  /** Answers the first request, and goes on with the next. */
  private void respond(
      ChannelHandlerContext channel, HttpResponseStatus status, String type, String body) {
    Request request = requests.remove();
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    HttpUtil.setContentLength(response, response.content().readableBytes());
    HttpUtil.setKeepAlive(response, request.keepAlive);
    var written = channel.writeAndFlush(response);
    if (!request.keepAlive) {
      requests.clear();
      written.addListener(ChannelFutureListener.CLOSE);
    } else if (requests.isEmpty()) {
      channel.channel().config().setAutoRead(true);
    } else {
      // Not by a call: a thousand requests in one read would nest as deep.
      channel.executor().execute(() -> answer(channel));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
    channel.close();
  }
}
