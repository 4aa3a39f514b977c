// SPDX-License-Identifier: Apache-2.0
// The checks, codes and answers of protocol.md 1.3 to 1.14 and 2, behind Netty's own HTTP.
package judge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Serves one connection. */
final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final int UNKNOWN = Integer.MAX_VALUE;
    private static final String FORM = "application/x-www-form-urlencoded";

    private final Settings settings;
    private final Script script;
    private final Journal journal;
    private final Server server;

    Handler(Settings settings, Script script, Journal journal, Server server) {
        this.settings = settings;
        this.script = script;
        this.journal = journal;
        this.server = server;
    }

    /** What the node makes of a request. */
    private static final class Verdict {
        final int code;
        final String message;
        final boolean closes;
        final String callback;

        Verdict(int code, String message, boolean closes, String callback) {
            this.code = code;
            this.message = message;
            this.closes = closes;
            this.callback = callback;
        }

        static Verdict closing(int code, String message) {
            return new Verdict(code, message, true, null);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!server.admit(context.channel())) {
            context.close();
            return;
        }
        context.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request)
            throws Exception {
        server.countRequest();
        Script.Turn turn = script.takeTurn();
        switch (turn.kind) {
            case PROPER:
                answer(context, judge(context, request, true), settings.delay);
                return;
            case DELAY:
                answer(context, judge(context, request, true), turn.number);
                return;
            default:
                break;
        }
        if (turn.stores) {
            judge(context, request, true);
        }
        switch (turn.kind) {
            case CODE:
                answer(context, scripted(turn.number, request), settings.delay);
                break;
            case DROP:
                context.close();
                break;
            case RESET:
                context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                context.close();
                break;
            default:
                break;
        }
    }

    private Verdict scripted(int code, FullHttpRequest request) {
        switch (code) {
            case 1: case 2: case 31: case 32: case 35: case 36: case 114: case UNKNOWN:
                return Verdict.closing(code, "scripted");
            default:
                return new Verdict(code, "scripted", asksToClose(request), null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            context.close();
        } else {
            answer(context,
                    Verdict.closing(UNKNOWN, "Process message failure: " + cause.getMessage()), 0);
        }
    }

    /** Null: the request gets no answer. What is right with it is stored. */
    private Verdict judge(ChannelHandlerContext context, FullHttpRequest request, boolean stores)
            throws IOException {
        if (!request.decoderResult().isSuccess()) {
            return Verdict.closing(31, "Decode request failure");
        }
        if (settings.stopped) {
            return Verdict.closing(2, "Service closed");
        }
        if (!settings.ready) {
            return Verdict.closing(1, "Service sink not ready");
        }
        // By identity: Netty makes an object of its own of a method in lower case.
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.POST) {
            return Verdict.closing(32, "Only support [GET, POST] methods");
        }
        QueryStringDecoder target =
                new QueryStringDecoder(request.uri(), StandardCharsets.UTF_8);
        switch (target.path()) {
            case "/dataproxy/message":
                return judgeMessage(context, request, target);
            case "/dataproxy/heartbeat":
                return new Verdict(0, "Ok", asksToClose(request), null);
            case "/favicon.ico":
                return null;
            default:
                return Verdict.closing(35,
                        "Only support [/dataproxy/heartbeat, /dataproxy/message] paths!");
        }
    }

    private Verdict judgeMessage(ChannelHandlerContext context, FullHttpRequest request,
            QueryStringDecoder target) throws IOException {
        long now = System.currentTimeMillis();
        Map<String, String> fields = new HashMap<>();
        takeFields(target, fields);
        String length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        if (request.method() == HttpMethod.POST && length != null && toInt(length, 0) > 0) {
            String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
            if (!isBlank(type)) {
                if (!type.trim().equalsIgnoreCase(FORM)) {
                    return Verdict.closing(36, "Only support [" + FORM + "] content type!");
                }
                String body = request.content().toString(StandardCharsets.UTF_8);
                takeFields(new QueryStringDecoder(body, false), fields);
            }
        }

        boolean closes = asksToClose(request);
        String callback = fields.get("callback");
        String group = fields.get("groupId");
        if (isBlank(group)) {
            return new Verdict(100, "Field groupId must exist and not blank!", closes, callback);
        }
        String stream = fields.get("streamId");
        if (isBlank(stream)) {
            return new Verdict(101, "Field streamId must exist and not blank!", closes, callback);
        }
        if (!settings.knows(group, stream)) {
            return new Verdict(115, "Topic not configured for groupId(" + group + "),streamId(,"
                    + stream + ")", closes, callback);
        }
        String body = fields.get("body");
        if (body == null) {
            return new Verdict(103, "Field body is not exist!", closes, callback);
        }
        if (isBlank(body)) {
            return new Verdict(111, "Field body is Blank!", closes, callback);
        }
        int limit = server.messageLimit(context.channel());
        if (body.length() > limit) {
            return new Verdict(104, "Error msg, the body length(" + body.length()
                    + ") is bigger than allowed length(" + limit + ")", closes, callback);
        }
        InetSocketAddress client = (InetSocketAddress) context.channel().remoteAddress();
        journal.store(client.getPort(), toLong(fields.get("dt"), now), toInt(fields.get("cnt"), 1),
                client.getAddress().getHostAddress(), group, stream, body);
        return new Verdict(0, "Ok", closes, callback);
    }

    /** Of several of one name the first counts; those that are taken later win. */
    private static void takeFields(QueryStringDecoder from, Map<String, String> into) {
        for (Map.Entry<String, List<String>> field : from.parameters().entrySet()) {
            into.put(field.getKey(), field.getValue().get(0));
        }
    }

    private static boolean asksToClose(FullHttpRequest request) {
        String value = request.headers().get(HttpHeaderNames.CONNECTION);
        return value != null && value.trim().equalsIgnoreCase("close");
    }

    private static boolean isBlank(String text) {
        return text == null || text.chars().allMatch(c -> Character.isWhitespace((char) c));
    }

    private static int toInt(String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static long toLong(String text, long otherwise) {
        try {
            return text == null ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private void answer(ChannelHandlerContext context, Verdict verdict, long delay) {
        if (verdict == null) {
            return;
        }
        if (delay > 0) {
            context.executor().schedule(
                    () -> answerNow(context, verdict), delay, TimeUnit.MILLISECONDS);
        } else {
            answerNow(context, verdict);
        }
    }

    private void answerNow(ChannelHandlerContext context, Verdict verdict) {
        if (!context.channel().isWritable()) {
            server.countUnanswered();
            return;
        }
        String text = "{\"code\":\"" + verdict.code + "\",\"msg\":\"" + verdict.message + "\"}";
        if (!isBlank(verdict.callback)) {
            text = verdict.callback + '(' + text + ')';
        }
        ByteBuf content = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json;charset=utf-8");
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        context.writeAndFlush(response).addListener((ChannelFuture sent) -> {
            if (!sent.isSuccess() || verdict.closes) {
                sent.channel().close();
            }
        });
    }
}
