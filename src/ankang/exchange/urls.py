"""Addresses of the feeds' pages."""

from django.urls import include, path

from .views import batches, feeds, refusals, sending, tokens

_PAGES = [
    path("send", sending.send, name="send"),
    path("uploads", sending.begin, name="begin"),
    path("uploads/<int:number>/parts/<int:n>", sending.part, name="part"),
    path("uploads/<int:number>/complete", sending.complete, name="complete"),
    path("kinds/<slug:slug>/", feeds.feed, name="feed"),
    path("kinds/<slug:slug>/record/", sending.record, name="record"),
    path("kinds/<slug:slug>/template.<slug:form>", feeds.template, name="template"),
    path("batches/<int:number>/", batches.batch, name="batch"),
    path("batches/<int:number>/live", batches.batch_live, name="batch_live"),
    path("batches/<int:number>/submit", batches.submit, name="submit"),
    path("batches/<int:number>/stop", batches.stop, name="stop"),
    path("batches/<int:number>/resume", batches.resume, name="resume"),
    path("batches/<int:number>/cancel", batches.cancel, name="cancel"),
    path("batches/<int:number>/rematch", batches.rematch, name="rematch"),
    path("batches/<int:number>/refused.<slug:form>", refusals.rejects, name="rejects"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:number>/revoke", tokens.revoke_token, name="revoke_token"),
]

urlpatterns = [
    path("console/feeds/", feeds.feeds, name="feeds"),
    path("console/feeds/", include((_PAGES, "exchange"))),
]
