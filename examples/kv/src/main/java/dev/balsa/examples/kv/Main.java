// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv;

import dev.balsa.examples.kv.rejoin.RejoinCommand;
import dev.balsa.examples.kv.server.Ending;
import dev.balsa.examples.kv.server.KvMember;
import dev.balsa.examples.kv.server.MemberConfig;
import dev.balsa.examples.kv.server.ServerCommand;
import dev.balsa.examples.kv.server.StartException;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Runs one member of the key-value cluster in the foreground. */
public final class Main {
  /** Held, because a logger that nobody holds forgets its level. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  private Main() {}

  public static void main(String[] args) {
    if (args.length > 0 && args[0].equals("rejoin")) {
      System.exit(RejoinCommand.run(Arrays.copyOfRange(args, 1, args.length), System::getenv));
    }
    CommandLine parser = ServerCommand.parser(System::getenv);
    MemberConfig config;
    try {
      CommandLine.ParseResult parsed = parser.parseArgs(args);
      if (CommandLine.printHelpIfRequested(parsed)) {
        return;
      }
      ServerCommand command = parser.getCommand();
      config = command.call();
      setUpLogging(command.logLevel());
    } catch (ParameterException e) {
      System.err.println("balsa-kv: " + e.getMessage());
      System.err.println("balsa-kv --help lists the flags");
      System.exit(Ending.MISUSED);
      return;
    }
    run(config);
  }

  private static void run(MemberConfig config) {
    KvMember member;
    try {
      member = KvMember.start(config);
    } catch (StartException e) {
      System.exit(tell(Ending.of(config, e)));
      return;
    }
    Thread stop =
        new Thread(
            () -> {
              member.close();
              // The JVM would end with the signal's number; an orderly end is a success.
              Runtime.getRuntime().halt(0);
            },
            "kv-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      member.terminated().join();
    } catch (CompletionException e) {
      Ending ending = Ending.of(config, e);
      if (ending.status() == Ending.REMOVED) {
        // It is whole: calls are answered yet, such as the one that has removed it.
        member.close();
      }
      // Not exit(), which would run the hook above and end with 0.
      Runtime.getRuntime().halt(tell(ending));
    }
  }

  /** Says the last lines; returns the exit status. */
  private static int tell(Ending ending) {
    ending.lines().forEach(line -> System.err.println("balsa-kv: " + line));
    return ending.status();
  }

  /** Must come before anything logs. */
  private static void setUpLogging(String level) {
    String prefix = "org.slf4j.simpleLogger.";
    System.setProperty(prefix + "defaultLogLevel", level.equals("info") ? "warn" : level);
    System.setProperty(prefix + "log.dev.balsa", level);
    System.setProperty(prefix + "showDateTime", "true");
    System.setProperty(prefix + "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    System.setProperty(prefix + "showThreadName", "false");
    System.setProperty(prefix + "showShortLogName", "true");
    // gRPC logs by java.util.logging, and tells of every client that breaks off.
    GRPC.setLevel(level.equals("debug") ? Level.FINE : Level.WARNING);
  }
}
