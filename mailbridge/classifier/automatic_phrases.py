"""
The phrases by which programs that write mails are known where no field tells: English, Vietnamese and other languages.

All are for folded text (no marks, small letters); `automatic_words` says which of them count together.
"""

from __future__ import annotations

import re

from mailbridge.classifier.folding import fold

_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def _pattern(source: str) -> re.Pattern[str]:
    """Compile a pattern whose letters beyond ASCII are folded as the text is that it will meet."""
    return re.compile(_FOREIGN.sub(lambda found: fold(found[0]), source), re.MULTILINE)


PREFIX = _pattern(r"(?:(?:re|aw|antw|sv|vs|odp|ynt|fw|fwd|wg|tr|rv|enc|tra loi|tl|chuyen tiep) ?(?:\[\d+\])?: ?)+")
"""What mail programs of several languages put before the subject of an answer."""

QUOTE = _pattern(
    r"(?m)^(?:>|-{2,}\s*(?:original|forwarded|thu goc|tin nhan goc|ursprungliche)|_{10,}|(?:on|vao|le|am|el|il|op|"
    r"em) .{6,120}(?:wrote|da viet|a ecrit|schrieb|escribio|ha scritto|schreef|escreveu) ?:|(?:from|tu|von|de|"
    r"da) ?: .{3,200}$)"
)
"""Where the mail that is answered begins."""

DAEMON_NAME = _pattern(
    r"mail(?:er)?[ -]?daemon|mail delivery (?:sub)?system|postmaster|internet mail delivery|mail administrator|"
    r"system administrator|mail(?:er)? (?:sub)?system|delivery (?:sub)?system|microsoft outlook|microsoft exchange|"
    r"mailmarshal|smtp (?:gateway|server)|quan tri (?:he thong|may chu) thu|he thong thu dien tu"
)
"""Names under which mail servers write."""

BOUNCE_SUBJECT = _pattern(
    r"undeliver(?:able|ed)|"
    r"(?:mail|message|email)?[ -]*delivery (?:status|failure|failed|problem|error|report|notif|delay|"
    r"has been delayed|incomplete|reports? about)|deliver(?:y|ing) (?:to|of) .{1,80} (?:failed|delayed)|"
    r"returned (?:mail|e-?mail|to sender|message)|"
    r"(?:mail|message|e-?mail)s? (?:returned|rejected|refused|bounced|undeliverable|could ?n[o']t be delivered|"
    r"not delivered|you sent|error|failure|system error|delivery)|failure (?:notice|notification|delivery)|"
    r"failed (?:mail|delivery|message)|(?:could|can) ?not (?:be )?deliver|non[- ]?delivery|"
    r"non (?:remis|distribuable|delivrable)|not (?:be )?delivered|unable to deliver|unzustellbar|"
    r"warning: (?:could not send|message)|bounced? (?:mail|message)|address (?:unknown|not found|change)|"
    r"user unknown|unknown (?:user|address|recipient)|mailbox (?:full|unavailable|is full|quota)|over quota|"
    r"quota exceeded|rejected(?:: |$)|nondeliverable|thu (?:khong|chua) (?:gui|chuyen|phan phoi) duoc|"
    r"thu bi (?:tra lai|tra ve|tu choi)|(?:gui|chuyen) thu (?:that bai|khong thanh cong)|"
    r"khong (?:the )?(?:gui|chuyen|phan phoi) (?:duoc )?(?:thu|toi|den)|loi (?:gui|chuyen|phan phoi) thu|"
    r"hop thu (?:\S+ ){0,3}day|thong bao (?:khong gui duoc|that bai)|chuyen thu that bai|echec|mensaje no entregado|"
    r"no se (?:ha )?pudo entregar|mancata consegna|nie dostarczono|niedostarczona|nao (?:foi possivel )?entreg|"
    r"kan ikke leveres|olevererbart|fehlgeschlagen|dostavlen|"
    r"dorucen|配信|送信できません|退信|系统退信|不能投递|无法投递"
)
"""Subjects of mails that tell that another one did not arrive."""

BOUNCE_SIGNS = tuple(
    map(
        _pattern,
        (
            (
                r"(?:could|can|would|did|was|were|has|have) ?not (?:be |been |get |reach |able to be )?(?:deliver|sent|"
                r"accepted|reach)"
            ),
            (
                r"(?:unable|failed|fail) to (?:deliver|send|relay|route|reach)|"
                r"delivery (?:has )?(?:failed|to the following|failure)"
            ),
            r"(?:permanent|fatal|transient|temporary)(?:ly)? (?:fatal |delivery |network )?(?:error|failure|fail)",
            (
                r"undeliverable|undelivered|not delivered|non-?delivery|returned to (?:sender|you)|"
                r"message (?:was|is) (?:being )?returned"
            ),
            (
                r"(?:user|recipient|mailbox|address|account|host|"
                r"domain)[^.\n]{0,40}(?:unknown|not found|does ?n[o']t exist|"
                r"unavailable|disabled|is full|not exist|invalid|rejected|inactive|no such)"
            ),
            (
                r"no such (?:user|recipient|mailbox|person|address|host)|unrouteable|"
                r"unknown (?:user|recipient|address|host|local)"
            ),
            (
                r"(?:over|exceed(?:ed|s)?|exceeding) (?:the |its |his |their )?(?:disk |storage |mailbox |mail )?quota|"
                r"mailbox (?:is )?full|quota (?:exceeded|full)|out of (?:disk )?(?:space|storage)"
            ),
            (
                r"(?:^|\W)[45]\d\d[ -#]{1,3}[45]\.\d{1,3}\.\d{1,3}\b|"
                r"(?:^|\W)(?:smtp|said|error|code|reply)[^\n]{0,30}\b[45][0-5]\d\b"
            ),
            (
                r"final-recipient|diagnostic-code|reporting-mta|remote-mta|received-from-mta|original-recipient|"
                r"action: ?(?:failed|delayed)"
            ),
            r"message (?:that )?you sent|your (?:message|mail|e-?mail)[^.\n]{0,120}(?:was|has|could|did|is|cannot)",
            (
                r"(?:original|returned|rejected|undelivered) (?:message|"
                r"mail)[^\n]{0,30}(?:follows|below|attached|header|"
                r"---)|copy of (?:the|your) (?:message|mail|headers?)|headers? of the (?:original )?message"
            ),
            (
                r"mail (?:server|system|delivery|gateway)|message transfer agent|qmail-send|postfix|sendmail|exim|"
                r"mailer-daemon"
            ),
            (
                r"giving up|retry time|time ?out|will (?:continue|keep) (?:to try|trying)|have been trying|queued for|"
                r"not yet been delivered"
            ),
            (
                r"(?:khong|chua) (?:the )?(?:gui|chuyen|phan phoi|giao)(?: duoc)?(?: thu| den| toi)|"
                r"thu (?:cua (?:ban|quy \w+) )?(?:(?:da )?bi (?:tra lai|tu choi|tra ve)|khong duoc (?:nhan|gui|chuyen))"
            ),
            (
                r"hop thu (?:\S+ ){0,6}(?:day|khong ton tai|bi khoa|vuot|tam khoa|da dong)|"
                r"(?:nguoi nhan|dia chi|tai khoan)(?: \S+){0,6} khong (?:ton tai|hop le|tim thay)|"
                r"vuot (?:qua )?(?:dung luong|han muc|quota)"
            ),
            (
                r"unzustellbar|konnte nicht (?:zugestellt|ubermittelt)|"
                r"n'a (?:pas )?pu etre|n'a pas ete (?:remis|delivre)|"
                r"no (?:se )?pudo (?:ser )?entreg|impossibile (?:recapitare|consegnare)|"
                r"nao (?:pode|foi) (?:ser )?entregue|"
                r"nie (?:mogla|zostala) (?:zostac )?dostarczona|ne(?:mohla|bylo) byt dorucen|kunde inte levereras|"
                r"ne udalos dostavit|не (?:может быть|удалось) достав|"
                r"届けられません|送信できません|投递失败|无法送达|无法投递|未能送达"
            ),
        ),
    )
)
"""What such mails say; each pattern is one sign, and several together are enough."""

READ_TEXT = _pattern(
    r"(?:was|has been|were) (?:read|displayed|opened|viewed|deleted without being read) (?:on|at|by)\b|"
    r"this is a (?:read |return )?receipt for|read[- ]receipt|"
    r"da (?:duoc )?(?:doc|mo|hien thi|xem)(?: thu)? (?:luc|vao)|xac nhan da doc|"
    r"thu (?:cua \w+ )?da duoc (?:doc|mo|xem)|bao da doc|bestatigung[^\n]{0,40}(?:gelesen|gelezen)|"
    r"wurde (?:am|gelesen)[^\n]{0,60}gelesen|accuse de lecture|confirmacion de lectura|"
    r"ricevuta di (?:lettura|ritorno)|return receipt\b[^\n]{0,60}(?:displayed|received)|"
    r"your (?:document|message|mail|e-?mail) was received by"
)
"""What receipts of reading say."""

REPLY_SUBJECT = _pattern(
    r"auto(?:matic|mated|matisch\w*|matique|matica|matico|maticka|matyczna|matiskt|matisk)?[ -]?(?:reply|"
    r"respon[sd]\w*|answer|svar|antwort\w*|reactie|odpoved|odpowiedz)|auto:|\[auto\]|"
    r"out[ -]of[ -](?:the[ -])?office|ooo\b|o\.o\.o|vacation|(?:on|annual|maternity|sick|parental) leave|"
    r"on holidays?|away from|abwesen\w*|nicht im (?:buro|hause)|automatische\w* (?:antwort|antwoord|reactie)|"
    r"automatisch antwoord|reponse automatique|message d'absence|absence\b|absent(?:e|\b)|risposta automatica|"
    r"fuori (?:sede|ufficio)|assen(?:za|te)|respuesta automatica|fuera de (?:la )?oficina|ausen(?:cia|te)|"
    r"resposta automatica|fora do escritorio|ferias|afwezig|autosvar|fravaer\w*|poissa|autoodpowiedz|"
    r"automatyczna odpowiedz|nieobecnosc|automaticka odpoved|mimo kancelar|otomatik (?:yanit|cevap)|"
    r"automatikus valasz|автоответ|автоматическ\w* ответ|отсутств|"
    r"в отпуске|自動(?:返信|応答|回覆|回复)|自动(?:回复|答复)|"
    r"不在(?:通知|のお知らせ)|休暇|外出|부재|자동 ?(?:응답|회신)|(?:thu |email |tin )?tra loi tu dong|phan hoi tu dong|"
    r"tu dong (?:tra loi|phan hoi|hoi dap)|hoi dap tu dong|thu tu dong|vang mat|nghi phep|(?:dang )?di cong tac|"
    r"(?:toi |dang )?di vang|khong co mat tai (?:co quan|van phong)|"
    r"thong bao (?:vang mat|nghi phep|doi (?:dia chi|email|mail))|(?:dia chi|email|e-mail) (?:moi|da thay doi)|"
    r"change of (?:e-?mail )?address|new e-?mail address|(?:e-?mail )?address (?:has )?changed|"
    r"no longer (?:with|at|working)"
)
"""Subjects of replies for absent people."""

REPLY_TEXT = _pattern(
    r"\bi(?: am|'m| will be|'ll be| shall be)? (?:currently |now |presently |also )*(?:out of|away|on (?:annual |"
    r"sick |maternity |parental |study )?(?:leave|holidays?|vacation|travel|business)|travel+ing|not in(?: the|"
    r" my)? office|unavailable|absent|off (?:work|sick)|attending)|out of (?:the |my )?office|"
    r"(?:have|with) (?:only |very )?(?:limited|no|intermittent|sporadic) access to (?:my )?(?:e-?mail|mail)|"
    r"return(?:ing)? to (?:the |my )?office|"
    r"will (?:respond|reply|get back|answer)[^.\n]{0,60}(?:upon|on|when|after|as soon|soon|within|once)|"
    r"back in (?:the |my )?office|in my absence|"
    r"this is an? auto(?:mated|matic|matically|-)?[ -]?(?:generated)? ?(?:reply|respons|message|answer|e-?mail|"
    r"acknowledg)|automatically generated|auto-?generated|(?:do|please) not (?:reply|respond) (?:to|directly)|"
    r"no longer (?:work|employed|with|at|in use|monitor|a valid|active)|"
    r"mailbox is (?:not|un)(?: being)?[ -]?(?:monitored|attended)|unattended mailbox|"
    r"(?:e-?mail )?address (?:has|is) (?:been )?(?:changed|no longer)|"
    r"ich bin (?:\S+ ){0,6}(?:nicht|abwesend|im urlaub|erst|ausser)|"
    r"je suis (?:\S+ ){0,4}(?:absent|en conge|en vacances|en deplacement)|(?:actuellement|je serai) absent|"
    r"estoy (?:\S+ ){0,3}(?:fuera|de vacaciones|ausente)|sono (?:\S+ ){0,3}(?:assente|fuori|in ferie)|"
    r"estou (?:\S+ ){0,3}(?:ausente|de ferias|fora)|ik ben (?:\S+ ){0,4}(?:afwezig|met vakantie|niet)|"
    r"jag ar (?:\S+ ){0,3}(?:franvarande|pa semester|tillbaka)|jestem (?:\S+ ){0,3}(?:nieobecn|na urlopie)|"
    r"nejsem (?:\S+ ){0,3}(?:v kancelari|pritom)|меня нет|нахожусь в отпуске|"
    r"(?:буду|нахожусь) (?:\S+ ){0,3}(?:отсутств|в отпуске|в командировке)|不在にして|休暇(?:中|を)|"
    r"(?:我|本人)(?:正在|目前)?(?:休假|外出|出差)|자리를 비|휴가|"
    r"day la (?:thu|email|e-mail|tin nhan|thong bao|he thong) (?:\S+ ){0,3}tu dong|"
    r"(?:thu|email|e-mail|tin nhan|thong bao) nay (?:\S+ ){0,4}(?:tu dong|duoc (?:gui|tra loi|tao) (?:boi|"
    r"tu) (?:he thong|may))|(?:he thong|may chu)(?: \S+){0,4} tu dong|"
    r"(?:vui long |xin )?(?:khong|dung) (?:tra loi|phan hoi|reply)(?: lai)?(?: vao| den)? (?:thu|email|e-mail|"
    r"dia chi|tin)|"
    r"\b(?:toi|minh|em|chung toi|anh|chi|ong|ba)(?: \S+){0,3} (?:hien |hien nay |hien tai |dang |se |"
    r"tam )*(?:nghi phep|nghi le|nghi om|nghi thai san|nghi mat|di cong tac|cong tac (?:tai|nuoc ngoai|xa)|vang mat|"
    r"di vang|khong co mat|khong lam viec|di hoc|da chuyen|da nghi|khong con)|"
    r"(?:se|toi se|chung toi se) (?:phan hoi|tra loi|lien he|hoi am)(?: \S+){0,8} (?:sau|som|khi|ngay|trong)|"
    r"trong thoi gian (?:toi )?(?:vang mat|nghi|di vang)|"
    r"(?:khong|han che)(?: \S+){0,3} (?:kiem tra|truy cap|check)(?: duoc)? (?:thu|email|e-mail|mail)|"
    r"(?:dia chi|hop thu|email|e-mail|mail)(?: \S+){0,5} (?:khong con (?:duoc )?(?:su dung|hoat dong|dung)|"
    r"da (?:thay )?doi|ngung (?:su dung|hoat dong)|tam ngung)|"
    r"(?:doi|chuyen) (?:sang )?(?:dia chi|hop thu|email|e-mail)(?: \S+){0,2} moi|"
    r"\booto\b|\booo (?:until|this|till|from)|\bi(?: am|'m) (?:taking (?:\w+ )?leave|ooo)|"
    r"\b(?:toi|minh|em)(?: \S+){0,4} (?:o nuoc ngoai|khong o (?:co quan|van phong|nha))|"
    r"(?:co quan|don vi|van phong|chung toi|cong ty|phong)(?: \S+){0,3} nghi (?:tet|le|bu)|"
    r"(?:da|chung toi da|toi da) nhan duoc (?:thu|email|e-mail|yeu cau|phan anh|gop y|cau hoi|mail)"
)
"""What replies for absent people say."""

TICKET_SUBJECT = _pattern(
    r"[\[(#]\W{0,2}(?:ticket|case|request|issue|incident|sr|inc|req|cas|helpdesk|support|yeu cau|ma yeu cau|phieu|"
    r"ma so|ho so)?\W{0,3}(?:id)?\W{0,3}[a-z]{0,6}-?\d{3,}|"
    r"(?:ticket|case|request|incident) (?:id|no|number|ref\w*|#)|"
    r"(?:request|ticket|case|enquiry|inquiry|message|e-?mail)(?: \S+){0,4} (?:received|created|opened|registered|"
    r"logged|resolved|closed|updated)|we(?: have|'ve)? received your|"
    r"thank(?:s| you) for (?:your|contacting|the|writing)|"
    r"(?:da )?(?:tiep nhan|ghi nhan) (?:yeu cau|phan anh|thu|y kien)|cam on (?:quy|ban|anh|ong|da)|"
    r"xac nhan (?:da )?(?:tiep nhan|nhan)|"
    r"da (?:tiep )?nhan (?:duoc )?(?:thu|email|e-mail|yeu cau|phan anh|lien he) cua|"
    r"yeu cau (?:\S+ ){0,5}(?:da duoc|duoc) (?:tiep nhan|ghi nhan|tao)|"
    r"acknowledg|confirmation of receipt|receipt confirmation|eingangsbestatigung|accuse de reception"
)
"""Subjects of what help desks send by themselves."""

TICKET_TEXT = _pattern(
    r"(?:your|the|an?|this) (?:\S+ ){0,2}(?:request|ticket|enquiry|inquiry|case|message|e-?mail|issue|"
    r"query)(?: \S+){0,8} (?:received|created|opened|registered|logged|assigned|forwarded|resolved|closed|processed|"
    r"reviewed)|(?:ticket|case|reference|request|tracking) (?:id|no|number|code|ref)|we(?: have|'ve)? received your|"
    r"thank(?:s| you) for (?:your (?:e-?mail|message|mail|enquiry|inquiry|request|interest|feedback|letter)|"
    r"contacting|writing|getting)|"
    r"(?:our|the) (?:support|helpdesk|service|team|staff|representative)(?: \S+){0,5} will|"
    r"keep the (?:subject|ticket|id|number)|"
    r"(?:yeu cau|phan anh|gop y|thu|email|cau hoi|de nghi)(?: \S+){0,6} (?:da duoc|duoc|da) (?:tiep nhan|ghi nhan|"
    r"gui den|chuyen den|tao)|ma (?:so )?(?:yeu cau|tra cuu|phieu|tiep nhan|theo doi)|"
    r"cam on (?:quy|ban|anh|ong)(?: \S+){0,6} (?:lien he|gui|quan tam|phan anh)|"
    r"bo phan (?:ho tro|tiep nhan|cham soc)|comment was added|"
    r"(?:tiep nhan|ghi nhan|nhan duoc)(?: \S+){0,2} (?:thu|yeu cau|phan anh|gop y|cau hoi|email|e-mail|lien he) cua|"
    r"(?:nhan duoc|tiep nhan) (?:thu|yeu cau|email|phan anh)(?: \S+){0,4} (?:tra loi|phan hoi)(?: \S+){0,3} trong|"
    r"(?:van ban|cong van) (?:cua (?:quy|ban)(?: \S+){0,3} )?(?:da duoc|duoc) (?:tiep nhan|vao so|ghi nhan)"
)
"""What help desks say by themselves."""

CHALLENGE = _pattern(
    r"(?:confirm|verify|validate)(?: \S+){0,6} (?:message|mail|e-?mail|address|sender|delivery|human)|"
    r"to (?:have|get|ensure)(?: \S+){0,4} (?:message|mail|e-?mail)(?: \S+){0,3} deliver|"
    r"to (?:deliver|release) your (?:message|mail|e-?mail)|"
    r"(?:khong phai|phai)(?: la)? (?:robot|may tu dong|nguoi that)|"
    r"(?:bam|nhan|nhap|click)(?: \S+){0,6} (?:lien ket|duong dan|link)(?: \S+){0,3} xac (?:nhan|minh|thuc)|"
    r"(?:reply|respond|click)(?: \S+){0,8} (?:to (?:confirm|verify|prove|deliver|release|complete))|"
    r"challenge[ -/]*response|boxtrapper|spam ?arrest|mailblocks|tmda|anti-?spam|whitelist|"
    r"pending (?:your )?(?:confirmation|approval)|awaits? (?:moderator )?(?:approval|confirmation)|"
    r"held (?:for|until)|xac (?:nhan|minh|thuc)(?: \S+){0,6} (?:nguoi gui|dia chi|thu|email)|"
    r"(?:cho|can)(?: \S+){0,3} (?:phe duyet|kiem duyet|xac nhan)|"
    r"(?:messages?|mail) (?:to|from) (?:non-?|un)?(?:members?|subscribers?)|"
    r"not (?:allowed|permitted|authori[sz]ed) to (?:post|send)|"
    r"(?:virus|malware|spam|banned|infected)(?: \S+){0,6} (?:detected|found|blocked|removed|rejected|quarantined)|"
    r"quarantine (?:digest|report|summary|notif)"
)
"""What filters ask before they let a mail through, or say of one that they keep."""

ALERT_SUBJECT = _pattern(
    r"\[?(?:problem|recovery|resolved|alert|alarm|critical|warning|down|up|firing|ok|cron|canh bao|su co)\]?\s*[:|"
    r"\]<-]|cron <|"
    r"(?:backup|logwatch|anacron|smart|raid|disk|nagios|zabbix|monit|icinga)\b.{0,60}(?:report|alert|status|error|"
    r"for|failed|succe)|\*\* (?:problem|recovery)|(?:your )?(?:verification|security|login) code|"
    r"ma (?:xac (?:nhan|thuc)|otp)|password (?:reset|change|expir)|mat khau (?:cua|se|da)|"
    r"(?:subscription|registration|dang ky) (?:confirm|thanh cong)|welcome to the|"
    r"(?:accepted|declined|tentative|tentatively accepted|canceled|cancelled|(?:da )?chap nhan|"
    r"(?:da )?tu choi|da huy|du kien) ?: "
)
"""Subjects of machine rooms, of registrations and of calendars."""

PLAIN_PROGRAM = _pattern(
    r"this is an? auto|automatic(?:ally)? (?:generated|reply|response)|auto-?generated|do not (?:reply|respond)|"
    r"(?:day la|thu nay|email nay|e-mail nay|tin nhan nay) (?:\S+ ){0,5}tu dong|"
    r"(?:khong|dung) (?:tra loi|phan hoi|reply)(?: lai)? (?:vao )?(?:thu|email|e-mail)"
)
"""Where a program says itself that it is one."""
