// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.Command;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.examples.kv.proto.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the cluster a new member's name and client URLs, unless it knows them already, and the log
 * that the member serves: both need a leader, and go on trying until there is one.
 */
final class Introduction {
  private static final Logger log = LoggerFactory.getLogger(KvMember.class);

  private static final long AGAIN_MILLIS = 1_000;

  private final MemberConfig config;
  private final ServiceContext context;
  private final Timer timer;
  private final Member self;

  Introduction(MemberConfig config, ServiceContext context, Timer timer) {
    this.config = config;
    this.context = context;
    this.timer = timer;
    this.self =
        Member.newBuilder()
            .setID(context.memberId())
            .setName(config.name())
            .addAllClientURLs(config.advertiseClientUrls())
            .build();
  }

  void start() {
    context.requests().awaitFresh(outcome(this::proposeUnlessKnown));
  }

  private void proposeUnlessKnown() {
    if (self.equals(context.machine().members().get(context.memberId()))) {
      sayReady();
    } else {
      context.requests().propose(Command.of(self), outcome(this::sayReady));
    }
  }

  private void sayReady() {
    log.info(
        "member {} ({}) of cluster {} is ready to serve clients at {}",
        config.name(),
        Long.toHexString(context.memberId()),
        Long.toHexString(context.clusterId()),
        String.join(", ", config.listenClientUrls()));
  }

  private Requests.Outcome outcome(Runnable onResult) {
    return new Requests.Outcome() {
      @Override
      public void onResult(Result result) {
        onResult.run();
      }

      @Override
      public void onError(KvError error) {
        log.warn(
            "member {} serves no writes yet ({}); it needs a majority of the members",
            config.name(),
            error.status().getDescription());
        timer.after(AGAIN_MILLIS, Introduction.this::start);
      }
    };
  }
}
