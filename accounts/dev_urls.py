"""The page of development mails; included only while `DEV_MAIL` is set."""

from django.urls import path

from .dev_mail import dev_mail

urlpatterns = [path("mail/", dev_mail, name="dev_mail")]
